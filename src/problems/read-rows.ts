import { type Row, streamRows } from "./stream-rows.js";

/**
 * The rows of a file: .jsonl, .json (an array), .csv or .tsv (with a header), .parquet, or any of the text kinds in a
 * .zip that holds one file.
 *
 * @throws Error naming path and line where the file cannot be read as what its name says.
 */
export async function readRows(path: string): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const row of streamRows({ path })) rows.push(row);
  return rows;
}
