import { mean } from "./statistics.js";

export interface MeanAfterStepParams {
  /** Evaluations of a run, in any order. */
  evaluations: readonly { step: number; value: number }[];
  /** The plateau: evaluations at this step and before it do not count. */
  step: number;
  /** Steps in the window. Default 200 (App. B.6). */
  window?: number;
}

/**
 * The mean of a test metric over the steps in (step, step + window], with how many evaluations fell into it and the
 * last step seen, so that a run that ended early is visible (SOAR, App. B.6). NaN if there are none.
 *
 * @throws RangeError if `window` is not positive or `step` is not finite
 */
export function meanAfterStep({ evaluations, step, window = 200 }: MeanAfterStepParams): {
  mean: number;
  count: number;
  lastStep: number | undefined;
} {
  if (!Number.isFinite(step)) throw new RangeError(`meanAfterStep: step = ${step}, expected a finite number`);
  if (!(window > 0)) throw new RangeError(`meanAfterStep: window = ${window}, expected a positive number`);
  const inside = evaluations.filter(e => e.step > step && e.step <= step + window);
  return {
    mean: mean(inside.map(e => e.value)),
    count: inside.length,
    lastStep: inside.reduce<number | undefined>((last, e) => Math.max(last ?? e.step, e.step), undefined),
  };
}
