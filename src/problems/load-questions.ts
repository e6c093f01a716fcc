import { readWholeJsonl } from "../util/jsonl.js";
import { hubDataset } from "./hub-dataset.js";
import { HubError } from "./hub-error.js";
import type { HubOptions } from "./hub-options.js";
import { type Problem, problemSchema } from "./problem.js";

/** Where a published data set keeps its tables. */
export const questionFiles = {
  "promotion-questions": "data/promotion-questions.jsonl",
  questions: "data/questions.jsonl",
} as const;

export interface LoadQuestionsOptions extends HubOptions {
  /** Those that promotions kept, or all. Default: those that promotions kept, or all if the data set has none. */
  subset?: keyof typeof questionFiles;
}

export interface LoadedQuestions {
  problems: Problem[];
  /** The table on this machine, for an evaluation's `questions: { from: "file", path }`. */
  path: string;
  /** The commit that they are of. */
  commit: string;
}

/**
 * The questions of a data set that soarlab has published on the Hugging Face hub, from the cache if they are there.
 *
 * @param name OWNER/NAME
 * @throws HubError by kind; Error naming file, line and field if a row is not a problem
 */
export async function loadQuestions(
  name: string,
  { subset, ...options }: LoadQuestionsOptions = {},
): Promise<LoadedQuestions> {
  const wanted: string[] = subset ? [questionFiles[subset]] : Object.values(questionFiles);
  const { files, commit } = await hubDataset({
    ...options,
    dataset: name,
    wants: path => wanted.includes(path),
    wanted: wanted.join(" or "),
  });
  // Sorted by path, so that the promotions' come first.
  for (const path of files) {
    const problems = await readWholeJsonl(path, problemSchema);
    if (problems.length > 0) return { problems, path, commit };
  }
  throw new HubError("not found", `${name} at ${commit} has no questions in ${wanted.join(", ")}.`);
}
