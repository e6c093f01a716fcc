import { helperThreads } from "./helper-threads.js";
import { type MatrixKernels, matrixKernels } from "./matrix-kernels.js";
import type { SquareMatrix } from "./square-matrix.js";
import { tridiagonalEigenvalues } from "./tridiagonal-eigenvalues.js";

/**
 * Eigenvalues, ascending, of a symmetric matrix; only its lower triangle is read and it is left as it is. Absolute
 * error a few machine epsilons of the largest eigenvalue. Householder reduction to tridiagonal form, from the last row
 * up (as EISPACK's tred1), then `tridiagonalEigenvalues`; O(size^3).
 *
 * Each step's rank-2 update waits until the next step has to read the matrix anyway, to multiply it by the next
 * reflector: the matrix, too large for the cache, is passed over once per step, not twice.
 *
 * @throws RangeError if a number of the matrix is not finite, or it is too large for memory
 */
export function symmetricEigenvalues(
  { size, data }: SquareMatrix,
  helpers = helperThreads((2 / 3) * size ** 3),
): Float64Array {
  let largest = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const magnitude = Math.abs(data[i * size + j]!);
      if (!(magnitude < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`matrix[${i}][${j}] = ${data[i * size + j]}, expected a finite number`);
      }
      if (magnitude > largest) largest = magnitude;
    }
  }
  if (largest === 0) return new Float64Array(size);

  // Scaled to at most 1, so that no square overflows. Rows are even in number and length, for vectors of two.
  const width = size + (size % 2);
  const kernels = matrixKernels(width * (width + 4 + parts - 1));
  const { memory } = kernels;
  const matrix = memory.subarray(0, width * width);
  const vectors = Array.from({ length: 4 + parts - 1 }, (_, i) => {
    const start = width * (width + i);
    return { address: start * 8, values: memory.subarray(start, start + width).fill(0) };
  });
  let [v, w, u, y, ...partial] = vectors as [Vector, Vector, Vector, Vector, ...Vector[]];
  const scale = 1 / largest;
  matrix.fill(0);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) matrix[i * width + j] = data[i * size + j]! * scale;
    if (i % 2 === 1) matrix[(i - 1) * width + i] = matrix[i * width + i - 1]!;
  }

  const diagonal = new Float64Array(size);
  const squares = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    // Row i after the updates so far.
    const row = i * width;
    const [vi, wi] = [v.values[i]!, w.values[i]!];
    let norm2 = 0;
    for (let j = 0; j < i; j++) {
      const x = matrix[row + j]! - vi * w.values[j]! - wi * v.values[j]!;
      u.values[j] = x;
      norm2 += x * x;
    }
    diagonal[i] = matrix[row + i]! - 2 * vi * wi;
    if (i === 0) break;
    squares[i - 1] = norm2;

    // The reflector that takes the row to a multiple of its last unit vector; none if the row is already
    // zero.
    const last = u.values[i - 1]!;
    const norm = Math.sqrt(norm2);
    u.values[i - 1] = last < 0 ? last - norm : last + norm;
    u.values[i] = 0;
    const half = norm2 + Math.abs(last) * norm;
    updateAndMultiply({ kernels, width, rows: i + (i % 2), v, w, u, y, partial, helpers });
    const inverse = half > 0 ? 1 / half : 0;
    let uy = 0;
    for (let j = 0; j < i; j++) uy += u.values[j]! * y.values[j]!;
    const shift = 0.5 * uy * inverse * inverse;
    for (let j = 0; j < i; j++) y.values[j] = y.values[j]! * inverse - shift * u.values[j]!;
    if (inverse === 0) u.values.fill(0, 0, i);
    [v, w, u, y] = [u, y, v, w];
  }
  return tridiagonalEigenvalues(diagonal, squares).map(value => value * largest);
}

interface Vector {
  address: number;
  values: Float64Array;
}

/** Parts in which threads multiply by a large matrix, whether there are threads or not: so the bits do not change. */
const parts = 4;

interface Step {
  kernels: MatrixKernels;
  /** Initial rows of the matrix, and the remaining ones, an even number. */
  width: number;
  rows: number;
  v: Vector;
  w: Vector;
  u: Vector;
  y: Vector;
  /** Space for one vector less than there are parts. */
  partial: Vector[];
  helpers: number;
}

/** A -= v wT + w vT, then y = A u. */
function updateAndMultiply({ kernels, width, rows, v, w, u, y, partial, helpers }: Step): void {
  const stride = width * 8;
  if (rows < 256) {
    kernels.updateAndMultiply(0, stride, 0, rows * 8, v.address, w.address, u.address, y.address);
    return;
  }
  // Even numbers of rows, with about as many elements of the triangle in every part; y is that of the last.
  const bound = (part: number) => 2 * Math.round((rows / 2) * Math.sqrt(part / parts));
  const calls = [...partial, y].map(({ address }, part) => {
    const row = bound(part);
    return [row * stride, stride, row * 8, bound(part + 1) * 8, v.address, w.address, u.address, address];
  });
  kernels.run("updateAndMultiply", calls, helpers);
  partial.forEach(({ values }, part) => {
    const end = bound(part + 1);
    for (let j = 0; j < end; j++) y.values[j] = y.values[j]! + values[j]!;
  });
}
