import { buildPool } from "./build-pool.js";
import { hubDataset } from "./hub-dataset.js";
import type { HubOptions } from "./hub-options.js";
import type { Pool } from "./pool.js";
import { readRows } from "./read-rows.js";

export interface LoadMathParams extends HubOptions {
  /**
   * Default "test": the paper's pool is the official test split, since a model may have been trained on the train split
   * (SOAR, section 4). "train" is its oracle pool.
   */
  split?: "train" | "test";
  /** A file with the data set's columns to read instead of the hub. */
  path?: string;
}

const dataset = "DigitalLearningGmbH/MATH-lighteval";

/**
 * MATH (Hendrycks et al. 2021): question, level, subject and solution; the answer is the solution's last box.
 *
 * @throws HubError, or Error naming path, row and column.
 */
export async function loadMath({ split = "test", path, ...hub }: LoadMathParams = {}): Promise<Pool> {
  const fetched = path
    ? undefined
    : await hubDataset({
        ...hub,
        dataset,
        wants: file => file.endsWith(".parquet") && new RegExp(`(?:^|/)${split}[-./]`).test(file),
        wanted: `parquet file of the ${split} split`,
      });
  const files = fetched?.files ?? [path!];
  const pools = files.map(async file =>
    buildPool({
      path: file,
      rows: await readRows(file),
      columns: { question: "problem", level: "level", subject: "type", solution: "solution" },
      source: "MATH",
      split,
    }),
  );
  const parts = await Promise.all(pools);
  const problems = parts.flatMap(part => part.problems);
  const excluded = parts.flatMap(part => part.excluded);
  const provenance = { source: "MATH", split, files, ...(fetched && { dataset, commit: fetched.commit }) };
  return { problems, excluded, provenance };
}
