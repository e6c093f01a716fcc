import { existsSync } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import type { FailAtKResult } from "./fail-at-k.js";
import { readJsonl, type TornLine } from "./read-jsonl.js";

const lineSchema = z.object({
  id: z.string().min(1),
  tried: z.int().min(0),
  solved: z.int().min(0),
  k: z.int().min(1),
  seed: z.number(),
  chunk: z.int().min(1),
});

export interface FailAtKLog {
  /** What the file held when it was opened; the last line of an id counts. */
  results: FailAtKResult[];
  /** Adds a line and waits until it is on the disk. */
  append(result: FailAtKResult): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens, or begins, the file that a fail@k run streams to. A torn last line is cut off with a notice.
 *
 * @throws Error naming path and line where a line is not of this format, or was made with another k, seed or chunk.
 */
export async function openFailAtKLog({
  path,
  onNotice,
  ...settings
}: {
  path: string;
  k: number;
  seed: number;
  chunk: number;
  onNotice: (message: string) => void;
}): Promise<FailAtKLog> {
  const results = new Map<string, FailAtKResult>();
  let torn: TornLine | undefined;
  let size = 0;
  if (existsSync(path)) {
    for await (const { line, value, end } of readJsonl({ path, onTorn: found => (torn = found) })) {
      const { id, tried, solved, ...made } = check(path, line, value);
      for (const name of ["k", "seed", "chunk"] as const) {
        if (made[name] === settings[name]) continue;
        throw new Error(
          `${path}, line ${line}: this file was made with ${name} ${made[name]}, this run has ${name} ${settings[name]}. ` +
            `Run with ${name} ${made[name]} to go on with it, or name another file.`,
        );
      }
      results.set(id, { id, tried, solved });
      size = end;
    }
  }
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, "a");
  if (torn) {
    await file.truncate(torn.start);
    onNotice(`${path}, line ${torn.line}: the last line was cut off while it was written; dropped it.`);
  } else if (size > 0 && (await file.stat()).size === size && !(await endsWithBreak(path, size))) {
    // A whole last line whose line break was lost.
    await file.appendFile("\n");
  }
  let last = Promise.resolve();
  return {
    results: [...results.values()],
    append: result => {
      last = last.then(async () => {
        await file.appendFile(`${JSON.stringify({ ...result, ...settings })}\n`);
        await file.datasync();
      });
      return last;
    },
    close: () => file.close(),
  };
}

async function endsWithBreak(path: string, size: number): Promise<boolean> {
  const file = await open(path, "r");
  try {
    const { buffer } = await file.read({ buffer: Buffer.alloc(1), position: size - 1 });
    return buffer[0] === 10;
  } finally {
    await file.close();
  }
}

function check(path: string, line: number, value: unknown): z.infer<typeof lineSchema> {
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${path}, line ${line}: not a line of a fail@k run: ${z.prettifyError(parsed.error)}\nName another file, or remove this line.`,
  );
}
