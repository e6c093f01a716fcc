import { countItems, type DiversityInput } from "./diversity-input.js";
import { inverseNorms } from "./linear-algebra/inverse-norms.js";
import { scaledGram } from "./linear-algebra/scaled-gram.js";
import { type SquareMatrix, squareMatrix } from "./linear-algebra/square-matrix.js";
import { ngramKernel } from "./ngram-kernel.js";

/**
 * The matrix of similarities of all pairs of items, checked.
 *
 * @throws RangeError naming the pair if a similarity is not finite, not symmetric (to 1e-6) or not 1 of an
 *   item to itself (to 1e-6), or if a matrix is not square; TypeError if items without a similarity are not
 *   texts, or the input has none of the forms
 */
export function kernelMatrix<T>(input: DiversityInput<T>): SquareMatrix {
  if ("vectors" in input) return cosineKernel(input.vectors);
  if ("items" in input) {
    const { items, similarity } = input;
    if (similarity !== undefined) return checked(fromFunction(items, similarity));
    items.forEach((item, i) => {
      if (typeof item !== "string") {
        throw new TypeError(`items[${i}] is ${JSON.stringify(item)}; without a similarity, expected texts`);
      }
    });
    return ngramKernel({ texts: items });
  }
  const size = countItems(input);
  const { kernel } = input;
  if (!("size" in kernel)) return checked(fromRows(kernel));
  if (kernel.data.length !== size * size) {
    throw new RangeError(`kernel.data has ${kernel.data.length} numbers, expected ${size} x ${size}`);
  }
  return checked(kernel);
}

function fromRows(rows: readonly ArrayLike<number>[]): SquareMatrix {
  const matrix = squareMatrix(rows.length);
  rows.forEach((row, i) => {
    if (row.length !== rows.length) {
      throw new RangeError(`kernel[${i}] has ${row.length} numbers, expected ${rows.length}`);
    }
    matrix.data.set(row, i * rows.length);
  });
  return matrix;
}

function fromFunction<T>(items: readonly T[], similarity: (a: T, b: T) => number): SquareMatrix {
  const matrix = squareMatrix(items.length);
  const { size, data } = matrix;
  items.forEach((a, i) => {
    for (let j = 0; j <= i; j++) {
      const value = similarity(a, items[j]!);
      data[i * size + j] = value;
      data[j * size + i] = value;
    }
  });
  return matrix;
}

function checked(matrix: SquareMatrix): SquareMatrix {
  const { size, data } = matrix;
  const tolerance = 1e-6;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      const value = data[i * size + j]!;
      const mirrored = data[j * size + i]!;
      if (!Number.isFinite(value) || !Number.isFinite(mirrored)) {
        const [row, column] = Number.isFinite(value) ? [j, i] : [i, j];
        throw new RangeError(
          `kernel[${row}][${column}] = ${data[row * size + column]}, expected a finite number`,
        );
      }
      if (Math.abs(value - mirrored) > tolerance) {
        throw new RangeError(
          `kernel is not symmetric: kernel[${i}][${j}] = ${value} but kernel[${j}][${i}] = ${mirrored}`,
        );
      }
    }
    const own = data[i * size + i]!;
    if (Math.abs(own - 1) > tolerance) {
      throw new RangeError(`kernel[${i}][${i}] = ${own}, expected 1: an item's similarity to itself`);
    }
  }
  return matrix;
}

/**
 * The n x n matrix of cosine similarities of n vectors.
 *
 * @throws RangeError naming the vector that is zero, not finite or of another length, or if n is over 20,000
 */
export function cosineKernel(vectors: readonly ArrayLike<number>[]): SquareMatrix {
  return scaledGram(vectors, inverseNorms(vectors));
}
