import { existsSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { z } from "zod";
import { appendJsonl } from "../util/jsonl.js";
import { jsonlRows, type TornLine } from "../util/jsonl-rows.js";

/** The result of one problem. */
export interface FailAtKResult {
  id: string;
  /** Completions graded: k, or fewer if sampling stopped early. */
  tried: number;
  /** How many of them were right. */
  solved: number;
}

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
}

/**
 * Opens, or begins, the file that a fail@k run streams to. A torn last line is cut off with a notice.
 *
 * @throws Error naming path and line if a line is not of this format, was made with another k, seed or chunk, or repeats
 *   a problem.
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
  if (existsSync(path)) {
    for await (const { line, value } of jsonlRows({ path, onTorn: found => (torn = found) })) {
      const { id, tried, solved, ...made } = check(path, line, value);
      for (const name of ["k", "seed", "chunk"] as const) {
        if (made[name] === settings[name]) continue;
        throw new Error(
          `${path}, line ${line}: this file was made with ${name} ${made[name]}, this run has ${name} ${settings[name]}. ` +
            `Run with ${name} ${made[name]} to go on with it, or name another file.`,
        );
      }
      const before = results.get(id)?.tried;
      // Only a run that wants all k samples a problem again, one that an earlier run solved and left.
      if (before !== undefined && tried <= before) {
        throw new Error(
          `${path}, line ${line}: problem "${id}" a second time: two programs wrote this file. Restore it from a copy, or name another file.`,
        );
      }
      results.set(id, { id, tried, solved });
    }
  }
  if (torn) {
    await truncate(path, torn.start);
    onNotice(`${path}, line ${torn.line}: the last line was cut off while it was written; dropped it.`);
  }
  // Detects a file that cannot be written before anything is sampled for it.
  await appendJsonl(path, []);
  let last: Promise<unknown> = Promise.resolve();
  return {
    results: [...results.values()],
    append: async result => {
      const written = last.then(() => appendJsonl(path, [{ ...result, ...settings }]));
      last = written;
      await written;
    },
  };
}

function check(path: string, line: number, value: unknown): z.infer<typeof lineSchema> {
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Error(
    `${path}, line ${line}: not a line of a fail@k run: ${z.prettifyError(parsed.error)}\nName another file, or remove this line.`,
  );
}
