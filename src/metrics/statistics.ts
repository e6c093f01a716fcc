/** The arithmetic mean; NaN if there are no values. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** The mean of `values`, each counted `weights` times; NaN if the weights sum to 0. */
export function weightedMean(values: readonly number[], weights: readonly number[]): number {
  let sum = 0;
  let total = 0;
  values.forEach((value, i) => {
    sum += value * weights[i]!;
    total += weights[i]!;
  });
  return sum / total;
}

/** The sample standard deviation, divisor n - 1; NaN for fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN;
  // Two passes: the one-pass sum of squares loses all digits if the spread is small relative to the mean.
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}

/** The median, the mean of the two middle values if their number is even; NaN if there are no values. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/**
 * The quantile of order `p` in [0, 1] by linear interpolation between order statistics (Hyndman and Fan's
 * type 7, NumPy's default); NaN if there are no values or one is NaN. The values need not be sorted and are
 * left as they are.
 *
 * @throws RangeError if `p` is outside [0, 1]
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  return quantiles(values, [p])[0]!;
}

/**
 * Several quantiles at the cost of sorting once; otherwise as `quantile`.
 *
 * @throws RangeError if an order is outside [0, 1]
 */
function quantiles(values: ArrayLike<number>, ps: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return ps.map(p => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: p = ${p}, expected a number in [0, 1]`);
    // No values, or a NaN among them: it is sorted last.
    if (Number.isNaN(sorted.at(-1) ?? Number.NaN)) return Number.NaN;
    const at = p * (sorted.length - 1);
    const below = Math.floor(at);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return low + (at - below) * (high - low);
  });
}

/**
 * The percentile interval of bootstrap draws: their (1 - confidence) / 2 and (1 + confidence) / 2 quantiles. NaN of
 * no draws.
 *
 * @param confidence coverage in (0, 1). Default 0.95
 * @throws RangeError if `confidence` is outside (0, 1)
 */
export function percentileInterval(draws: Float64Array, confidence = 0.95): { low: number; high: number } {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`percentileInterval: confidence = ${confidence}, expected a number in (0, 1)`);
  }
  const [low, high] = quantiles(draws, [(1 - confidence) / 2, (1 + confidence) / 2]);
  return { low: low!, high: high! };
}

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
 * The moving average over full windows only, as long as `values`; NaN if the window would reach over an end,
 * so that an index keeps its meaning and no value rests on fewer points than the others. (The promotion rule
 * of SOAR, section 3, is the trailing form, its plateau rule, App. B.6, the centred one.)
 *
 * @throws RangeError if `window` is not a positive whole number, or even while centred
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

/**
 * The quantile of order `p` in (0, 1) of Student's t with a whole number of degrees of freedom.
 *
 * For whole degrees of freedom the distribution function is a finite series of positive terms in the angle
 * atan(t / sqrt(df)) (Abramowitz and Stegun 26.7.3 and 26.7.4), so it is inverted by bisection on that angle, to the
 * last bit or two.
 *
 * @throws RangeError if `p` is outside (0, 1) or `degreesOfFreedom` is not a positive whole number
 */
export function studentTQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`studentTQuantile: p = ${p}, expected a number in (0, 1)`);
  if (!(Number.isInteger(degreesOfFreedom) && degreesOfFreedom > 0)) {
    throw new RangeError(
      `studentTQuantile: degreesOfFreedom = ${degreesOfFreedom}, expected a positive whole number`,
    );
  }
  if (p < 0.5) return -studentTQuantile(1 - p, degreesOfFreedom);
  const inside = 2 * p - 1;
  let low = 0;
  let high = Math.PI / 2;
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) break;
    if (probabilityWithin(middle, degreesOfFreedom) < inside) low = middle;
    else high = middle;
  }
  return Math.sqrt(degreesOfFreedom) * Math.tan(high);
}

/** P(|T| < sqrt(df) tan(angle)). */
function probabilityWithin(angle: number, degreesOfFreedom: number): number {
  const cosine2 = Math.cos(angle) ** 2;
  const odd = degreesOfFreedom % 2 === 1;
  let term = odd ? Math.cos(angle) : 1;
  let sum = odd && degreesOfFreedom === 1 ? 0 : term;
  for (let i = odd ? 2 : 1; i <= degreesOfFreedom - 3; i += 2) {
    term *= (i / (i + 1)) * cosine2;
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return odd ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
}
