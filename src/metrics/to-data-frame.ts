import type { DataFrame } from "danfojs-node";

/**
 * A danfo DataFrame of plain rows, e.g. those of `passAtK`. The library is loaded on the first call: it is large.
 *
 * @throws RangeError where there are no rows, since a frame without columns cannot be made
 */
export async function toDataFrame(rows: readonly object[]): Promise<DataFrame> {
  if (rows.length === 0) throw new RangeError("toDataFrame: rows is empty, expected at least one row");
  const danfo = await import("danfojs-node");
  // A CommonJS module: depending on the loader its names stand on the namespace or on its default export.
  const { DataFrame } = "DataFrame" in danfo ? danfo : (danfo as { default: typeof danfo }).default;
  return new DataFrame(rows as object[]);
}
