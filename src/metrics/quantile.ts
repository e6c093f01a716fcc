import { quantiles } from "./quantiles.js";

/**
 * The quantile of order `p` in [0, 1] by linear interpolation between order statistics (Hyndman and Fan's type 7,
 * NumPy's default); NaN of nothing and where a value is NaN. The values need not be sorted and are left as they are.
 *
 * @throws RangeError where `p` is outside [0, 1]
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  return quantiles(values, [p])[0]!;
}
