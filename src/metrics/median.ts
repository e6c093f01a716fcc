import { quantile } from "./quantile.js";

/** The median, the mean of the two middle values where their number is even; NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}
