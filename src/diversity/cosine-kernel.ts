import { scaledGram } from "./scaled-gram.js";
import type { SquareMatrix } from "./square-matrix.js";
import { inverseNorms } from "./unit-scales.js";

/**
 * The n x n matrix of cosine similarities of n vectors.
 *
 * @throws RangeError naming the vector that is zero, not finite or of another length, or where n is over 20,000
 */
export function cosineKernel(vectors: readonly ArrayLike<number>[]): SquareMatrix {
  return scaledGram(vectors, inverseNorms(vectors));
}
