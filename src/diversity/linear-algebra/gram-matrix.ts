import { helperThreads } from "./helper-threads.js";
import { matrixKernels } from "./matrix-kernels.js";
import { type SquareMatrix, squareMatrix } from "./square-matrix.js";
import { tileLength, tileRows } from "./tiling.js";

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
  /** Threads that may help; the result is the same to the bit whatever they do. Default: for large matrices. */
  helpers?: number;
}

/**
 * The matrix of dot products X XT of the rows of X, in blocks that stay in the cache, the lower half computed and
 * mirrored. Takes memory for rows^2 + 1024 rows numbers, whatever the length.
 *
 * @throws RangeError if that memory cannot be had
 */
export function gramMatrix({
  rows,
  length,
  copy,
  helpers = helpersFor(rows, length),
}: GramMatrixParams): SquareMatrix {
  const gram = squareMatrix(rows);
  const padded = Math.ceil(rows / tileRows) * tileRows;
  // X goes through in panels of `tileLength` columns: helpers multiply one while this thread copies the next.
  const panelLength = padded * tileLength;
  const panels = [padded ** 2, padded ** 2 + panelLength];
  const blocks = panels.map(panel => lowerBlocks(padded, panel));
  const kernels = matrixKernels(padded ** 2 + 2 * panelLength);
  const { memory } = kernels;
  const copyPanel = (start: number, panel: number) => {
    const count = Math.min(tileLength, length - start);
    // Zeros where X ends before the panel does: below its last row, or right of its last column.
    memory.fill(0, panel + (count < tileLength ? 0 : rows * tileLength), panel + panelLength);
    for (let row = 0; row < rows; row++) copy(row, start, count, memory, panel + row * tileLength);
  };
  memory.fill(0, 0, padded ** 2);
  if (length > 0) copyPanel(0, panels[0]!);
  for (let start = 0, turn = 0; start < length; start += tileLength, turn = 1 - turn) {
    kernels.run("dotBlock", blocks[turn]!, helpers, () => {
      const next = start + tileLength;
      if (next < length) copyPanel(next, panels[1 - turn]!);
    });
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

/** None if there is not enough to do between two rounds of copies. */
function helpersFor(rows: number, length: number): number {
  return rows < 384 ? 0 : helperThreads((rows ** 2 * length) / 2);
}

function lowerBlocks(padded: number, panel: number): number[][] {
  // Rows that fit the second cache, as long as a tile.
  const blockRows = 32 * tileRows;
  const at = (row: number) => (panel + row * tileLength) * 8;
  const blocks: number[][] = [];
  for (let i = 0; i < padded; i += blockRows) {
    const iEnd = Math.min(i + blockRows, padded);
    for (let j = 0; j <= i; j += blockRows) {
      const jEnd = Math.min(j + blockRows, padded);
      blocks.push([at(i), at(iEnd), at(j), at(jEnd), (i * padded + j) * 8, padded * 8]);
    }
  }
  return blocks;
}
