import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeWholeFile } from "../util/write-whole-file.js";
import type { Problem } from "./problem.js";
import { splitHalf } from "./split-half.js";

/**
 * Splits hard problems (`splitHalf`) and writes the halves into a folder: `train.jsonl` and `test.jsonl`, for
 * `hard.train` and `hard.test` of a configuration.
 */
export async function writeHardSplit(
  folder: string,
  hard: readonly Problem[],
  seed: number,
): Promise<{ train: Problem[]; test: Problem[] }> {
  const halves = splitHalf(hard, seed);
  await mkdir(folder, { recursive: true });
  for (const [split, half] of Object.entries(halves)) {
    const lines = half.map(problem => `${JSON.stringify({ ...problem, split })}\n`);
    await writeWholeFile(join(folder, `${split}.jsonl`), lines.join(""));
  }
  return halves;
}
