/**
 * Several quantiles at the price of sorting once; otherwise as `quantile`.
 *
 * @throws RangeError where an order is outside [0, 1]
 */
export function quantiles(values: ArrayLike<number>, ps: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return ps.map(p => {
    if (!(p >= 0 && p <= 1)) throw new RangeError(`quantile: p = ${p}, expected a number in [0, 1]`);
    // Nothing, or a NaN among the values: it is sorted last.
    if (Number.isNaN(sorted.at(-1) ?? Number.NaN)) return Number.NaN;
    const at = p * (sorted.length - 1);
    const below = Math.floor(at);
    const low = sorted[below]!;
    const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
    return low + (at - below) * (high - low);
  });
}
