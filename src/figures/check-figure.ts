import type { Figure } from "./figure.js";

/**
 * Checks that a value has a figure's shape.
 * @throws TypeError that says what is missing, e.g. where a promise or a run was given
 */
export function checkFigure(value: unknown): asserts value is Figure {
  const { data, layout } = (value ?? {}) as Partial<Figure>;
  if (!Array.isArray(data)) {
    const hint = value instanceof Promise ? "a promise; await it first" : typeof value;
    throw new TypeError(
      `figure: expected { data: [traces], layout: {...} } as rewardCycles(run) gives, got ${hint}`,
    );
  }
  const wrong = data.findIndex(trace => typeof trace?.type !== "string");
  if (wrong >= 0) throw new TypeError(`figure.data[${wrong}]: expected a trace with a type, e.g. "scatter"`);
  if (typeof layout !== "object" || layout === null) {
    throw new TypeError(`figure.layout: expected an object, got ${layout === null ? "null" : typeof layout}`);
  }
}
