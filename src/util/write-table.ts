import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import type { BasicType } from "hyparquet-writer";
import { columnsOf, type Frame, frameRows, isFrame, isMissing } from "./frame-rows.js";
import { toCsv } from "./tables.js";
import { writeWholeFile } from "./write-whole-file.js";

type Rows = readonly Record<string, unknown>[];

/**
 * Writes rows, or a danfojs DataFrame, to a file that spreadsheets, pandas and `readSampleCounts` read back
 * as it was: .csv (RFC 4180, which danfojs's own `toCSV` is not: it leaves quotes as they are), .jsonl or
 * .parquet. The columns are those of any row; a missing value (absent, undefined, null or NaN) is an empty
 * cell in CSV, absent in JSONL, null in parquet. The folder is made; an existing file is replaced in one
 * piece.
 *
 * In parquet a column is BOOLEAN, INT32, DOUBLE, INT64 (bigint), TIMESTAMP (Date), STRING, or JSON if its
 * values are lists, objects or of several types. In CSV lists and objects are JSON.
 *
 * @throws TypeError if `table` is neither rows nor a frame; RangeError for another extension, and for a
 *   parquet file without any column; the file system's own error if the file cannot be written
 */
export async function writeTable(table: readonly object[] | Frame, path: string): Promise<void> {
  if (
    !isFrame(table) &&
    !(Array.isArray(table) && table.every(row => typeof row === "object" && row !== null))
  ) {
    throw new TypeError(
      `writeTable: expected rows ([{...}, ...]) or a danfojs DataFrame, got ${table instanceof Promise ? "a promise; await it first" : (JSON.stringify(table)?.slice(0, 60) ?? typeof table)}`,
    );
  }
  const columns = isFrame(table) ? table.columns : columnsOf(table);
  const rows = (isFrame(table) ? frameRows(table) : table) as Rows;
  const content = await encode(rows, columns, path);
  await mkdir(dirname(path), { recursive: true });
  await writeWholeFile(path, content);
}

async function encode(rows: Rows, columns: readonly string[], path: string): Promise<string | Uint8Array> {
  if (/\.csv$/i.test(path)) return columns.length === 0 ? "" : toCsv(rows, columns);
  if (/\.(?:jsonl|ndjson)$/i.test(path)) return toJsonl(rows);
  if (/\.parquet$/i.test(path)) return toParquet(rows, columns, path);
  throw new RangeError(`writeTable: ${path}: expected a name that ends in .csv, .jsonl or .parquet`);
}

function toJsonl(rows: Rows): string {
  return rows.map(row => `${JSON.stringify(row, jsonValue)}\n`).join("");
}

/** For JSON.stringify: numbers that JSON lacks are text, and a missing value is omitted. */
function jsonValue(_key: string, value: unknown): unknown {
  if (isMissing(value)) return undefined;
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY ? String(value) : value;
}

async function toParquet(rows: Rows, columns: readonly string[], path: string): Promise<Uint8Array> {
  if (columns.length === 0)
    throw new RangeError(`writeTable: ${path}: no rows; a parquet file needs columns`);
  // Loaded here: most users of the package do not write parquet.
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const columnData = columns.map(name => {
    const data = rows.map(row => (isMissing(row[name]) ? null : row[name]));
    const type = parquetType(data.filter(value => value !== null));
    const plain = (value: unknown) => JSON.parse(JSON.stringify(value, jsonValue));
    return { name, type, data: type === "JSON" ? data.map(plain) : data };
  });
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

function parquetType(values: readonly unknown[]): BasicType {
  const all = (is: (value: unknown) => boolean) => values.every(is);
  if (all(value => typeof value === "string")) return "STRING";
  if (all(value => typeof value === "boolean")) return "BOOLEAN";
  if (all(value => Number.isInteger(value) && (value as number) === ((value as number) | 0))) return "INT32";
  if (all(value => typeof value === "number")) return "DOUBLE";
  if (all(value => typeof value === "bigint")) return "INT64";
  if (all(value => value instanceof Date)) return "TIMESTAMP";
  return "JSON";
}
