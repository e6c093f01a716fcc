import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { parse as parseCsv } from "csv-parse/sync";
import { strFromU8, unzipSync } from "fflate";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { readJsonl } from "./read-jsonl.js";

/** One row of a table, and where it stands: the line in a text file, else the row from 1. */
export interface Row {
  row: number;
  value: Record<string, unknown>;
}

/**
 * The rows of a file: .jsonl, .json (an array), .csv (with a header), .parquet, or any of the text kinds in a .zip that
 * holds one file.
 *
 * @throws Error naming path and line where the file cannot be read as what its name says.
 */
export async function readRows(path: string): Promise<Row[]> {
  const name = path.toLowerCase();
  if (name.endsWith(".parquet")) return readParquet(path);
  if (name.endsWith(".zip")) return readZip(path);
  if (name.endsWith(".jsonl") || name.endsWith(".ndjson")) {
    const rows: Row[] = [];
    for await (const { line, value } of readJsonl({ path })) rows.push(toRow(path, line, value));
    return rows;
  }
  return parseText(path, basename(name), await readFile(path, "utf8"));
}

function parseText(path: string, name: string, content: string): Row[] {
  const text = content.startsWith("\ufeff") ? content.slice(1) : content;
  if (name.endsWith(".csv") || name.endsWith(".tsv")) {
    try {
      const records = parseCsv(text, {
        columns: true,
        delimiter: name.endsWith(".tsv") ? "\t" : ",",
        skip_empty_lines: true,
        info: true,
      }) as unknown as { record: Record<string, unknown>; info: { lines: number } }[];
      return records.map(({ record, info }) => ({ row: info.lines, value: record }));
    } catch (cause) {
      throw new Error(`${path}: not a CSV file with a header: ${(cause as Error).message}`, { cause });
    }
  }
  if (name.endsWith(".jsonl")) {
    return text
      .split("\n")
      .flatMap((line, i) => (line.trim() === "" ? [] : [toRow(path, i + 1, parseJson(path, line, i + 1))]));
  }
  if (name.endsWith(".json")) {
    const value = parseJson(path, text);
    if (!Array.isArray(value)) throw new Error(`${path}: expected an array of objects, got ${typeof value}.`);
    return value.map((item, i) => toRow(path, i + 1, item));
  }
  throw new Error(`${path}: expected a file named .jsonl, .json, .csv, .tsv, .parquet or .zip.`);
}

function parseJson(path: string, text: string, line?: number): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const where = line === undefined ? path : `${path}, line ${line}`;
    throw new Error(`${where}: not JSON: ${(cause as Error).message}`, { cause });
  }
}

function toRow(path: string, row: number, value: unknown): Row {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return { row, value: value as Record<string, unknown> };
  }
  throw new Error(
    `${path}, line ${row}: expected an object with named fields, got ${JSON.stringify(value)?.slice(0, 60)}.`,
  );
}

async function readParquet(path: string): Promise<Row[]> {
  try {
    const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
    return rows.map((value, i) => ({ row: i + 1, value }));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") throw cause;
    throw new Error(`${path}: not a parquet file that can be read: ${(cause as Error).message}`, { cause });
  }
}

async function readZip(path: string): Promise<Row[]> {
  const bytes = await readFile(path);
  let entries: [string, Uint8Array][];
  try {
    // Folders, and what macOS adds.
    entries = Object.entries(unzipSync(bytes)).filter(([name]) => !/\/$|^__MACOSX\//.test(name));
  } catch (cause) {
    throw new Error(`${path}: not a zip file, or one that is cut short: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (entries.length !== 1) {
    const names = entries.map(([name]) => name).slice(0, 5);
    throw new Error(`${path}: expected one file in the zip, got ${entries.length} (${names.join(", ")}).`);
  }
  const [name, content] = entries[0]!;
  return parseText(`${path}:${name}`, basename(name.toLowerCase()), strFromU8(content));
}
