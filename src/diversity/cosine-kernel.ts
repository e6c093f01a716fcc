import { inverseNorms } from "./linear-algebra/inverse-norms.js";
import { scaledGram } from "./linear-algebra/scaled-gram.js";
import type { SquareMatrix } from "./linear-algebra/square-matrix.js";

/**
 * The n x n matrix of cosine similarities of n vectors.
 *
 * @throws RangeError naming the vector that is zero, not finite or of another length, or where n is over 20,000
 */
export function cosineKernel(vectors: readonly ArrayLike<number>[]): SquareMatrix {
  return scaledGram(vectors, inverseNorms(vectors));
}
