import { columnsOf, isMissing } from "../util/frame-rows.js";
import { type DataFrame, loadDanfo } from "../util/load-danfo.js";

/**
 * A danfojs DataFrame of plain rows, e.g. those of `passAtK`: one column per key of any row, each value under
 * its own key, whatever the order of a row's keys. A missing value (absent, undefined, null or NaN) is NaN in
 * a column of numbers, null in any other. The library is loaded on the first call: it is large.
 *
 * Use this instead of `new DataFrame(rows)`, which takes the columns from the first row and the values by
 * position. danfojs's own group means are NaN for a group with a missing value: see `groupMeans`.
 *
 * @throws Error if danfojs-node is not installed; RangeError if there are no rows, since a frame without
 *   columns cannot be made
 */
export async function toDataFrame(rows: readonly object[]): Promise<DataFrame> {
  if (rows.length === 0) throw new RangeError("toDataFrame: rows is empty, expected at least one row");
  const { DataFrame } = await loadDanfo();
  const columns = columnsOf(rows);
  const cells = rows as readonly Record<string, unknown>[];
  const missing = columns.map(name =>
    cells.every(row => isMissing(row[name]) || typeof row[name] === "number") ? Number.NaN : null,
  );
  const values = cells.map(row => columns.map((name, c) => (isMissing(row[name]) ? missing[c] : row[name])));
  return new DataFrame(values, { columns });
}
