import { createReadStream } from "node:fs";

/** One line of a JSONL file. */
export interface JsonlRow {
  /** Line number, from 1. */
  line: number;
  value: unknown;
  /** Offset in bytes just after this line and its line break. */
  end: number;
}

/** A last line that was cut off while it was written. */
export interface TornLine {
  line: number;
  /** Offset in bytes at which the torn line begins: the length of the sound part of the file. */
  start: number;
}

export interface JsonlRowsParams {
  /** The file, or its name in errors if `chunks` are given. */
  path: string;
  /** Its bytes, if they are not read from `path`. */
  chunks?: Iterable<Uint8Array>;
  /**
   * Called instead of throwing when the last line has no line break and is not JSON, which is what a writer killed in
   * the middle of a line leaves. Without it such a line is an error like any other.
   */
  onTorn?: (torn: TornLine) => void;
}

/**
 * The rows of a JSONL file, streamed; empty lines are skipped, a byte order mark is dropped. A last line that only lacks
 * its line break is a row: a cut-off object is never valid JSON, so nothing of it is missing.
 *
 * @throws Error naming path and line if a line is not JSON; the file system's own error if it cannot be read.
 */
export async function* jsonlRows({ path, chunks, onTorn }: JsonlRowsParams): AsyncGenerator<JsonlRow> {
  let line = 0;
  let start = 0;
  // Bytes, not text: the offset to truncate at is in bytes, and a character may span two chunks.
  let pending: Uint8Array[] = [];
  for await (const chunk of chunks ?? (createReadStream(path) as AsyncIterable<Uint8Array>)) {
    let from = 0;
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, from)) {
      pending.push(chunk.subarray(from, at));
      from = at + 1;
      line++;
      const bytes = Buffer.concat(pending);
      pending = [];
      const end = start + bytes.length + 1;
      // `trim` also removes a byte order mark.
      const text = bytes.toString("utf8").trim();
      if (text !== "") yield { line, value: parse(path, line, text), end };
      start = end;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  }
  const bytes = Buffer.concat(pending);
  const text = bytes.toString("utf8").trim();
  if (text === "") return;
  line++;
  let value: unknown;
  try {
    value = parse(path, line, text);
  } catch (error) {
    if (!onTorn) throw error;
    onTorn({ line, start });
    return;
  }
  yield { line, value, end: start + bytes.length };
}

function parse(path: string, line: number, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const start = text.length > 60 ? `${text.slice(0, 60)}...` : text;
    throw new Error(
      `${path}, line ${line}: not JSON: ${start} Expected one JSON value a line (JSONL); mend or remove this line.`,
      { cause },
    );
  }
}
