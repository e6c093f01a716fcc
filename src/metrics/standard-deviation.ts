import { mean } from "./mean.js";

/** The sample standard deviation, divisor n - 1; NaN of fewer than two values. */
export function standardDeviation(values: ArrayLike<number>): number {
  if (values.length < 2) return Number.NaN;
  // Two passes: the one-pass sum of squares loses all digits where the spread is small beside the mean.
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i]! - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1));
}
