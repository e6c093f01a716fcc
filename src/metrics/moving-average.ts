export interface MovingAverageParams {
  values: ArrayLike<number>;
  /** Number of values in a full window, at least 1. */
  window: number;
  /**
   * "trailing": value i averages the window that ends at i. "centred": the window around i, which must be odd.
   * Default "trailing".
   */
  align?: "trailing" | "centred";
}

/**
 * The moving average over full windows only, as long as `values`; NaN where the window would reach over an end, so
 * that an index keeps its meaning and no value rests on fewer points than the others. (The promotion rule of SOAR,
 * section 3, is the trailing form, its plateau rule, App. B.6, the centred one.)
 *
 * @throws RangeError where `window` is not a positive whole number, or even while centred
 */
export function movingAverage({ values, window, align = "trailing" }: MovingAverageParams): number[] {
  if (!(Number.isInteger(window) && window > 0)) {
    throw new RangeError(`movingAverage: window = ${window}, expected a positive whole number`);
  }
  if (align === "centred" && window % 2 === 0) {
    throw new RangeError(`movingAverage: window = ${window}, expected an odd number for a centred window`);
  }
  const ahead = align === "centred" ? (window - 1) / 2 : 0;
  const result = new Array<number>(values.length).fill(Number.NaN);
  for (let end = window - 1; end < values.length; end++) {
    // Summed anew: a running sum would carry the rounding of every value, or one NaN, to all that follow.
    let sum = 0;
    for (let i = end - window + 1; i <= end; i++) sum += values[i]!;
    result[end - ahead] = sum / window;
  }
  return result;
}
