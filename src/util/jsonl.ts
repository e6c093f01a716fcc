import { existsSync } from "node:fs";
import { open, readFile, rm } from "node:fs/promises";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { z } from "zod";
import { jsonlRows } from "./jsonl-rows.js";
import { writeWholeFile } from "./write-whole-file.js";

/** What a JSONL file holds. */
export interface JsonlContent<T> {
  rows: T[];
  /** Length of the sound part of the file, in bytes: where a torn line begins, else the end of the last row. */
  bytes: number;
  /** Whether the file ended in a line cut short (a writer was killed); it is not among the rows. */
  torn: boolean;
}

/**
 * Reads a JSONL file, one checked row per line; empty lines are skipped. A last line without its line break
 * is a row if it parses, else it is dropped and reported as torn. A missing file has no rows, a packed one
 * (`packJsonl`) those that it had.
 * @throws Error that names file, line and field if another line is not what it should be
 */
export async function readJsonl<T extends z.ZodType>(
  path: string,
  schema: T,
  onRow?: (row: z.infer<T>, line: number) => void,
): Promise<JsonlContent<z.infer<T>>> {
  const content: JsonlContent<z.infer<T>> = { rows: [], bytes: 0, torn: false };
  if (!existsSync(path) && !existsSync(packed(path))) return content;
  const chunks = existsSync(path) ? undefined : [await unpack(path)];
  const onTorn = ({ start }: { start: number }) => Object.assign(content, { bytes: start, torn: true });
  for await (const { line, value, end } of jsonlRows({ path, chunks, onTorn })) {
    const parsed = schema.safeParse(value);
    if (!parsed.success) throw new Error(`${path}:${line}: ${z.prettifyError(parsed.error)}`);
    onRow?.(parsed.data, line);
    content.rows.push(parsed.data);
    content.bytes = end;
  }
  return content;
}

/**
 * The rows of a JSONL file that is no longer written to: as `readJsonl`, but a torn last line is an error.
 * @throws Error as `readJsonl`, and if the last line is cut short
 */
export async function readWholeJsonl<T extends z.ZodType>(path: string, schema: T): Promise<z.infer<T>[]> {
  const { rows, torn } = await readJsonl(path, schema);
  if (torn) throw new Error(`${path}: its last line is cut short; is the file complete?`);
  return rows;
}

/**
 * Appends rows and waits until they are on disk; a last line that lacks its line break gets it first. Returns the file's
 * length after them, in bytes.
 */
export async function appendJsonl(path: string, rows: readonly object[]): Promise<number> {
  const file = await open(path, "a+");
  let before: number | undefined;
  try {
    const { size } = await file.stat();
    before = size;
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, Math.max(0, size - 1));
    const lead = bytesRead === 0 || buffer[0] === 10 ? "" : "\n";
    await file.writeFile(lead + rows.map(row => `${JSON.stringify(row)}\n`).join(""));
    await file.sync();
    return (await file.stat()).size;
  } catch (error) {
    // If the disk is full half-way through a line: without this the next row would follow that half.
    if (before !== undefined) await file.truncate(before).catch(() => {});
    throw error;
  } finally {
    await file.close();
  }
}

/** Replaces a JSONL file that nobody writes to any more by a gzip file, about a tenth of its size; an empty or missing one stays. */
export async function packJsonl(path: string): Promise<void> {
  const content = existsSync(path) ? await readFile(path) : Buffer.alloc(0);
  if (content.length === 0) return;
  await writeWholeFile(packed(path), await promisify(gzip)(content, { level: 9 }));
  await rm(path);
}

/** Restores a packed file, byte for byte, so that it can be written to; does nothing if it is not packed. */
export async function unpackJsonl(path: string): Promise<void> {
  if (existsSync(path) || !existsSync(packed(path))) return;
  await writeWholeFile(path, await unpack(path));
  await rm(packed(path));
}

function packed(path: string): string {
  return `${path}.gz`;
}

async function unpack(path: string): Promise<Buffer> {
  try {
    return await promisify(gunzip)(await readFile(packed(path)));
  } catch (cause) {
    throw new Error(`${packed(path)}: ${(cause as Error).message}; restore it from a copy`, { cause });
  }
}
