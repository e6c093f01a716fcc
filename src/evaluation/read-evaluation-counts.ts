import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import { readEvaluation } from "./read-evaluation.js";

/**
 * How often each problem was solved in the last evaluation of an evaluation run.
 * @throws Error where the folder holds no evaluation run, or one without an evaluation
 */
export async function readEvaluationCounts(folder: string): Promise<Required<ProblemCount>[]> {
  const { start, evaluations } = await readEvaluation(folder);
  const last = evaluations.at(-1);
  if (!start || !last) throw new Error(`${folder} has no evaluation yet`);
  return start.problems.map((problem, i) => ({
    problem,
    samples: last.samples,
    correct: last.correct[i]!,
  }));
}
