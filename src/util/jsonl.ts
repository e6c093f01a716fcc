import { open, readFile } from "node:fs/promises";
import { z } from "zod";

/** What a JSONL file holds. */
export interface JsonlContent<T> {
  rows: T[];
  /** Bytes of the complete lines. */
  bytes: number;
  /** Whether the file ended in a line cut short (a writer was killed); it is not among the rows. */
  torn: boolean;
}

/**
 * Reads a JSONL file, one checked row a line; empty lines are passed over, and a last line without its line break that
 * does not parse is dropped and reported as torn. A missing file has no rows.
 * @throws Error that names file, line and field where a complete line is not what it should be
 */
export async function readJsonl<T extends z.ZodType>(
  path: string,
  schema: T,
): Promise<JsonlContent<z.infer<T>>> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  const complete = bytes.lastIndexOf(0x0a) + 1;
  const rows: z.infer<T>[] = [];
  const lines = bytes.toString("utf8", 0, complete).split("\n");
  for (const [index, line] of lines.entries()) {
    if (line.trim() !== "") rows.push(parseLine(line, schema, `${path}:${index + 1}`));
  }
  return { rows, bytes: complete, torn: complete < bytes.length };
}

/** Appends rows and waits until they are on disk. Returns the file's length after them, in bytes. */
export async function appendJsonl(path: string, rows: readonly object[]): Promise<number> {
  const file = await open(path, "a");
  try {
    await file.writeFile(rows.map(row => `${JSON.stringify(row)}\n`).join(""));
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}

function parseLine<T extends z.ZodType>(line: string, schema: T, where: string): z.infer<T> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw new Error(`${where}: not JSON: ${line.slice(0, 80)}`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(`${where}: ${z.prettifyError(parsed.error)}`);
}
