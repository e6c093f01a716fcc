/** One trace of a Plotly figure, as defined by Plotly's schema. */
export type Trace = Record<string, unknown> & { type: string; name?: string };

/** A Plotly figure as plain data: hand it to `show`, `renderSvg`, or to Plotly itself; change what you like before. */
export interface Figure {
  data: Trace[];
  layout: Record<string, unknown>;
}

/** A figure's title without markup; "figure" if it has none. */
export function figureTitle({ layout }: Figure): string {
  const { title } = layout as { title?: string | { text?: string } };
  return ((typeof title === "string" ? title : title?.text) ?? "figure").replace(/<[^>]*>/g, " ");
}

/**
 * Checks that a value has a figure's shape.
 * @throws TypeError that says what is missing, e.g. if a promise or a run was given
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
