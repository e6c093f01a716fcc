/**
 * The quantile of order `p` in [0, 1] by linear interpolation between order statistics (Hyndman and Fan's type 7,
 * NumPy's default); NaN of nothing. The values need not be sorted and are left as they are.
 *
 * @throws RangeError where `p` is outside [0, 1]
 */
export function quantile(values: ArrayLike<number>, p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: p = ${p}, expected a number in [0, 1]`);
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (at - below) * (high - low);
}
