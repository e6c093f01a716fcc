import { mean, median, standardDeviation, studentTQuantile } from "./statistics.js";

export interface Summary {
  count: number;
  mean: number;
  /** Sample standard deviation (n - 1); NaN for fewer than two values. */
  sd: number;
  median: number;
  /** Ends of Student's t interval of the mean; NaN of fewer than two values. */
  low: number;
  high: number;
}

export interface SummarizeParams {
  values: ArrayLike<number>;
  /** Coverage of the interval, in (0, 1). Default 0.95. */
  confidence?: number;
}

/**
 * The usual summary of a list of numbers, with Student's t interval of the mean (not a bootstrap: for that see
 * `bootstrapMeans`). Without values, every metric is NaN and the count 0.
 *
 * @throws RangeError if `confidence` is outside (0, 1)
 */
export function summarize({ values, confidence = 0.95 }: SummarizeParams): Summary {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`summarize: confidence = ${confidence}, expected a number in (0, 1)`);
  }
  const count = values.length;
  const centre = mean(values);
  const sd = standardDeviation(values);
  const half =
    count < 2 ? Number.NaN : (studentTQuantile((1 + confidence) / 2, count - 1) * sd) / Math.sqrt(count);
  return { count, mean: centre, sd, median: median(values), low: centre - half, high: centre + half };
}
