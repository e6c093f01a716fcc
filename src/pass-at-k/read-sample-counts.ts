import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import { streamRows } from "../problems/stream-rows.js";
import { type CountSamplesOptions, countSamples } from "./count-samples.js";

export type ReadSampleCountsOptions = CountSamplesOptions;

/**
 * How often each problem was solved, from a file (.jsonl, .json, .csv, .tsv, .parquet, or one of them in a
 * .zip) of any of three kinds of rows:
 *
 * - verdicts: `{problem, correct}`, one row per sample, or a list of verdicts in a row;
 * - counts: `{problem, samples, correct}`, one row per problem;
 * - answers to grade: `{question, answer, completion}`, or `completions: [...]`, with boxed answers; as text,
 *   as messages (`[{role, content}]`), or as an answer of OpenAI's API.
 *
 * Logs of lm-evaluation-harness (`samples_*.jsonl`), verifiers (`results.jsonl`, `traces.jsonl`) and TRL
 * (`completions_*.parquet`) are read as they are.
 *
 * `SampleColumns` says which names are looked for. Rows of one problem may stand anywhere; JSONL and CSV are
 * streamed.
 *
 * @throws Error naming path, line and column, as `countSamples`; if there are no rows; the file system's own
 *   if the file cannot be read
 */
export async function readSampleCounts(
  path: string,
  { onNotice = console.warn, ...options }: ReadSampleCountsOptions = {},
): Promise<Required<ProblemCount>[]> {
  const unit = /\.(?:json|parquet)$/i.test(path) ? "row" : "line";
  const where = (row: number) => `${path}, ${unit} ${row}`;
  const onTorn = ({ line }: { line: number }) =>
    onNotice(`${where(line)}: cut off in the middle, as by a writer that was killed; left out.`);
  const counts = await countSamples({ ...options, onNotice, rows: streamRows({ path, onTorn }), where });
  if (counts.length === 0) {
    throw new Error(`${path}: no rows; expected at least one, e.g. {"problem": "p1", "correct": true}.`);
  }
  return counts;
}
