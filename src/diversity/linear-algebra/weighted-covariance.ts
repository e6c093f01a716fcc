import { gramMatrix } from "./gram-matrix.js";
import type { SquareMatrix } from "./square-matrix.js";

/**
 * The d x d matrix XT X of n scaled vectors of d components: it has the same eigenvalues above zero as their n x n
 * Gram matrix.
 */
export function weightedCovariance(
  vectors: readonly ArrayLike<number>[],
  scales: Float64Array,
): SquareMatrix {
  return gramMatrix({
    rows: vectors[0]?.length ?? 0,
    length: vectors.length,
    copy(component, start, count, target, at) {
      for (let i = 0; i < count; i++) {
        target[at + i] = vectors[start + i]![component]! * scales[start + i]!;
      }
    },
  });
}
