import { type Row, streamRows } from "./stream-rows.js";

/**
 * All rows of a file, as `streamRows` reads them.
 */
export async function readRows(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of streamRows({ path })) rows.push(row);
  return rows;
}
