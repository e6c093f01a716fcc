import { quantiles } from "./quantiles.js";

/**
 * The percentile interval of bootstrap draws: their (1 - confidence) / 2 and (1 + confidence) / 2 quantiles. NaN of
 * no draws.
 *
 * @param confidence coverage in (0, 1). Default 0.95
 * @throws RangeError where `confidence` is outside (0, 1)
 */
export function percentileInterval(draws: Float64Array, confidence = 0.95): { low: number; high: number } {
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`percentileInterval: confidence = ${confidence}, expected a number in (0, 1)`);
  }
  const [low, high] = quantiles(draws, [(1 - confidence) / 2, (1 + confidence) / 2]);
  return { low: low!, high: high! };
}
