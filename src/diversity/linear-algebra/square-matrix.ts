/** A square matrix of doubles, row by row. */
export interface SquareMatrix {
  /** Number of rows. */
  size: number;
  /** size x size numbers; element (i, j) at i * size + j. */
  data: Float64Array;
}

/**
 * A matrix of zeros.
 *
 * @throws RangeError if it would take more than 3 GiB (20,000 rows) or cannot be allocated
 */
export function squareMatrix(size: number): SquareMatrix {
  const largest = 20_000;
  if (size > largest) {
    throw new RangeError(
      `a matrix of ${size} x ${size} is too large, expected at most ${largest} rows; take subsamples (vendiSubsamples)`,
    );
  }
  try {
    return { size, data: new Float64Array(size * size) };
  } catch (cause) {
    const mebibytes = Math.ceil((size * size * 8) / 2 ** 20);
    throw new RangeError(`a matrix of ${size} x ${size} (${mebibytes} MiB) cannot be allocated`, { cause });
  }
}
