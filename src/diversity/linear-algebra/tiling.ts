/** Rows of a tile of a matrix product, on either side. */
export const tileRows = 3;
/** Numbers in a row of the blocks that are multiplied: 4 KiB, so that the rows of two tiles fit the first cache. */
export const tileLength = 512;
