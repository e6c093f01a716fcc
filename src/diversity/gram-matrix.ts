import { matrixKernels, tileLength, tileRows } from "./matrix-kernels.js";
import { type SquareMatrix, squareMatrix } from "./square-matrix.js";

export interface GramMatrixParams {
  /** Rows of X. */
  rows: number;
  /** Length of each row. */
  length: number;
  /**
   * Copies `count` numbers of row `row`, from `start` on, to `target` at `at` and after. Lets a caller scale or
   * transpose X on its way, without a copy of it.
   */
  copy(row: number, start: number, count: number, target: Float64Array, at: number): void;
}

/**
 * The matrix of dot products X XT of the rows of X, in blocks that stay in the cache, the lower half computed and
 * mirrored. Takes memory for rows^2 + 512 rows numbers, whatever the length.
 *
 * @throws RangeError where that memory cannot be had
 */
export function gramMatrix({ rows, length, copy }: GramMatrixParams): SquareMatrix {
  const gram = squareMatrix(rows);
  // Rows that fit the second cache, as long as a tile.
  const blockRows = 32 * tileRows;
  const padded = Math.ceil(rows / tileRows) * tileRows;
  const kernels = matrixKernels(padded * (padded + tileLength));
  const { memory } = kernels;
  const panel = padded * padded;
  const stride = padded * 8;
  memory.fill(0, 0, panel);
  for (let start = 0; start < length; start += tileLength) {
    const count = Math.min(tileLength, length - start);
    if (start === 0 || count < tileLength) memory.fill(0, panel, panel + padded * tileLength);
    for (let row = 0; row < rows; row++) copy(row, start, count, memory, panel + row * tileLength);

    for (let block = 0; block < padded; block += blockRows) {
      const blockEnd = Math.min(block + blockRows, padded);
      for (let i = block; i < padded; i += tileRows) {
        const a = (panel + i * tileLength) * 8;
        for (let j = block; j < blockEnd && j <= i; j += tileRows) {
          kernels.dotTile(a, (panel + j * tileLength) * 8, (i * padded + j) * 8, stride);
        }
      }
    }
  }

  for (let i = 0; i < rows; i++) {
    for (let j = 0; j <= i; j++) {
      const value = memory[i * padded + j]!;
      gram.data[i * rows + j] = value;
      gram.data[j * rows + i] = value;
    }
  }
  return gram;
}
