/**
 * Eigenvalues, ascending, of a symmetric tridiagonal matrix by the rational QL method with implicit shifts (Reinsch,
 * "Algorithm 464", 1973; EISPACK's tqlrat): no square root in the inner loop, O(n^2) in all. Absolute error a few
 * machine epsilons of the largest eigenvalue. Both arrays are overwritten.
 *
 * @param diagonal n numbers; becomes the result
 * @param squares n numbers, the squares of the off-diagonal: squares[i] joins rows i and i + 1; the last is ignored
 * @throws RangeError if an eigenvalue does not converge in 60 sweeps, which takes a value that is not finite
 */
export function tridiagonalEigenvalues(diagonal: Float64Array, squares: Float64Array): Float64Array {
  const n = diagonal.length;
  if (n === 0) return diagonal;
  squares[n - 1] = 0;
  let shifted = 0;
  let scale = 0;
  let tiny = 0;
  let negligible = 0;
  for (let l = 0; l < n; l++) {
    const size = Math.abs(diagonal[l]!) + Math.sqrt(squares[l]!);
    if (size > scale) {
      scale = size;
      tiny = scale * Number.EPSILON;
      negligible = tiny * tiny;
    }
    for (let sweep = 0; ; sweep++) {
      // The block from l to `end` is connected; squares[n - 1] = 0 ends the search.
      let end = l;
      while (squares[end]! > negligible) end++;
      if (end === l) break;
      if (!(sweep < 60)) {
        throw new RangeError(
          `eigenvalue ${l} of ${n} did not converge; is every number of the matrix finite?`,
        );
      }
      const root = Math.sqrt(squares[l]!);
      const p = (diagonal[l + 1]! - diagonal[l]!) / (2 * root);
      const r = Math.sqrt(p * p + 1);
      const moved = root / (p < 0 ? p - r : p + r);
      const shift = diagonal[l]! - moved;
      diagonal[l] = moved;
      for (let i = l + 1; i < n; i++) diagonal[i]! -= shift;
      shifted += shift;

      let g = diagonal[end]! || tiny;
      let h = g;
      let s = 0;
      for (let i = end - 1; i >= l; i--) {
        const d = diagonal[i]!;
        const e = squares[i]!;
        const product = g * h;
        const sum = product + e;
        squares[i + 1] = s * sum;
        s = e / sum;
        diagonal[i + 1] = h + s * (h + d);
        g = d - e / g || tiny;
        h = (g * product) / sum;
      }
      squares[l] = s * g;
      diagonal[l] = h;
      // The convergence test on s g h, the true square, without its underflow.
      if (h === 0 || Math.abs(squares[l]!) <= Math.abs(negligible / h)) break;
      squares[l] = h * squares[l]!;
      if (squares[l] === 0) break;
    }
    diagonal[l]! += shifted;
  }
  return diagonal.sort();
}
