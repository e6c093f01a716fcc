/**
 * Square roots of the weights, scaled to sum to 1; equal ones by default.
 *
 * @throws RangeError where they are not one for each item, a weight is negative or not finite, or all are 0
 */
export function weightRoots(size: number, weights?: ArrayLike<number>): Float64Array {
  if (weights === undefined) return new Float64Array(size).fill(1 / Math.sqrt(size));
  if (weights.length !== size) {
    throw new RangeError(`weights has ${weights.length} numbers for ${size} items`);
  }
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`weights[${i}] = ${weight}, expected a finite number, at least 0`);
    }
    sum += weight;
  }
  if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`weights sum to ${sum}, expected a finite number above 0`);
  }
  return Float64Array.from(weights, weight => Math.sqrt(weight / sum));
}
