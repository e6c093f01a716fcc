import { bootstrapMeans } from "../metrics/bootstrap-means.js";
import { distinctRows } from "../metrics/distinct-rows.js";
import { estimatePassAtK } from "../metrics/estimate-pass-at-k.js";
import type { BootstrapOptions, PassAtKRow } from "../metrics/pass-at-k.js";
import { mean, percentileInterval } from "../metrics/statistics.js";
import { evaluationResult } from "./evaluation-result.js";
import type { EvaluationRecord } from "./read-evaluation.js";

/**
 * pass@k of an evaluation run, read as `evaluationResult` reads it, with bootstrap intervals over problems. If several
 * evaluations are read, a problem's estimate is the mean over them, so the interval is still over problems.
 * @throws Error if it has no evaluation yet
 */
export function evaluationPassAtK(record: EvaluationRecord, options: BootstrapOptions = {}): PassAtKRow[] {
  const { draws = 10_000, confidence = 0.95, seed = 0 } = options;
  const { passAtK, steps } = evaluationResult(record);
  const read = record.evaluations.filter(({ step }) => steps.includes(step));
  const problems = read[0]!.correct.map((_, problem) =>
    read.map(({ correct, samples }) => ({ problem, correct: correct[problem]!, samples })),
  );
  const { rows, counts } = distinctRows(
    problems,
    counts => counts.map(({ correct, samples }) => `${correct}/${samples}`).join(","),
    counts => passAtK.map(({ k }) => mean(counts.map(count => estimatePassAtK(count, k)))),
  );
  const means = draws === 0 ? [] : bootstrapMeans({ rows, counts, draws, seed });
  return passAtK.map(({ k, value }, q) => ({
    k,
    value,
    ...percentileInterval(means[q] ?? new Float64Array(), confidence),
    problems: problems.length,
  }));
}
