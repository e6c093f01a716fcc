import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { type CsvError, parse } from "csv-parse";
import { unzipSync } from "fflate";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { jsonlRows } from "../util/jsonl-rows.js";

/** One row of a table, and where it stands: the line in a text file, else the row from 1. */
export interface Row {
  row: number;
  value: Record<string, unknown>;
}

export interface StreamRowsParams {
  path: string;
  /**
   * Called instead of throwing when a .jsonl, .csv or .tsv file ends, without a line break, in a row that is not whole:
   * what a writer killed in the middle of a line leaves. Without it such a row is an error like any other.
   */
  onTorn?: (torn: { line: number }) => void;
}

/**
 * The rows of a file: .jsonl (or .ndjson), .json (an array), .csv or .tsv (with a header), .parquet, or any of the text
 * kinds in a .zip that holds one file. JSONL and CSV are streamed, so the file may be larger than memory.
 *
 * @throws Error naming path and line if the file cannot be read as the type that its name states.
 */
export async function* streamRows({ path, onTorn }: StreamRowsParams): AsyncGenerator<Row> {
  const name = path.toLowerCase();
  if ((await stat(path)).isDirectory()) throw new Error(`${path}: this is a folder; expected a file.`);
  if (name.endsWith(".parquet")) yield* await readParquet(path);
  else if (name.endsWith(".zip")) yield* readZip(path);
  else yield* readText({ path, name, onTorn });
}

interface ReadTextParams extends StreamRowsParams {
  /** In lower case; its end says what the text is. */
  name: string;
  /** The bytes, if they are not read from `path`. */
  chunks?: Uint8Array[];
}

async function* readText({ path, name, chunks, onTorn }: ReadTextParams): AsyncGenerator<Row> {
  if (/\.(jsonl|ndjson)$/.test(name)) {
    for await (const { line, value } of jsonlRows({ path, chunks, onTorn })) yield toRow(path, line, value);
  } else if (/\.[ct]sv$/.test(name)) {
    yield* readCsv(path, name, chunks ?? createReadStream(path), onTorn);
  } else if (name.endsWith(".json")) {
    const text = (chunks ? Buffer.concat(chunks) : await readFile(path)).toString("utf8");
    const value = parseJson(path, text.replace(/^\ufeff/, ""));
    if (!Array.isArray(value)) throw new Error(`${path}: expected an array of objects, got ${typeof value}.`);
    for (const [i, item] of value.entries()) yield toRow(path, i + 1, item);
  } else {
    throw new Error(`${path}: expected a file named .jsonl, .json, .csv, .tsv, .parquet or .zip.`);
  }
}

async function* readCsv(
  path: string,
  name: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  onTorn?: StreamRowsParams["onTorn"],
): AsyncGenerator<Row> {
  let parsed: { row: Row; error: CsvError | undefined }[] = [];
  const parser = parse<Record<string, unknown>>({
    columns: header => {
      const twice = header.find((column, i) => column !== "" && header.indexOf(column) < i);
      if (twice !== undefined) throw new Error(`two columns are named "${twice}"`);
      return header;
    },
    delimiter: name.endsWith(".tsv") ? "\t" : ",",
    skip_empty_lines: true,
    bom: true,
    // A row of the wrong length is judged here: as the last one it may be torn.
    relax_column_count: true,
    // Collected here and not read from the stream, which drops what was not yet read when it fails.
    on_record: (value, { lines, error }) => {
      parsed.push({ row: { row: lines, value }, error });
      return null;
    },
  });
  let failure: Error | undefined;
  parser.on("error", error => {
    failure = error;
  });
  parser.resume();
  const fail = (cause: Error) =>
    new Error(`${path}: not a CSV file with a header: ${cause.message}`, { cause });

  let held: (typeof parsed)[0] | undefined;
  function* take(): Generator<Row> {
    for (const next of parsed) {
      if (held?.error) throw fail(held.error);
      if (held) yield held.row;
      held = next;
    }
    parsed = [];
  }
  let isLineWhole = true;
  for await (const chunk of chunks) {
    isLineWhole = chunk.at(-1) === 10;
    await new Promise<void>(done => parser.write(chunk, () => done()));
    if (failure) throw fail(failure);
    yield* take();
  }
  await new Promise<void>(done => {
    parser.once("close", done);
    parser.end();
  });
  yield* take();
  const torn = onTorn && !isLineWhole;
  if (held?.error && (failure || !torn)) throw fail(held.error);
  if (held?.error) onTorn!({ line: held.row.row });
  else if (held) yield held.row;
  if (!failure) return;
  if (!torn) throw fail(failure);
  onTorn({ line: (held?.row.row ?? 1) + 1 });
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: not JSON: ${(cause as Error).message}`, { cause });
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

async function* readZip(path: string): AsyncGenerator<Row> {
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
  yield* readText({ path: `${path}:${name}`, name: name.toLowerCase(), chunks: [content] });
}
