import type { SquareMatrix } from "./square-matrix.js";
import { symmetricEigenvalues } from "./symmetric-eigenvalues.js";

/**
 * Eigenvalues, ascending, of a kernel whose element (i, j) is multiplied by roots[i] roots[j].
 *
 * @throws RangeError where one is negative by more than rounding
 */
export function kernelShares({ size, data }: SquareMatrix, roots: ArrayLike<number>): Float64Array {
  const weighted = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) weighted[i * size + j] = data[i * size + j]! * roots[i]! * roots[j]!;
  }
  const shares = symmetricEigenvalues({ size, data: weighted });
  if (shares[0]! < -1e-6) {
    throw new RangeError(
      `kernel is not positive semi-definite: over its weights it has the eigenvalue ${shares[0]}, expected none below 0`,
    );
  }
  return shares;
}
