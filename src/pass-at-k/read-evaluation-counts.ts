import { existsSync } from "node:fs";
import { join } from "node:path";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";

/**
 * How often each problem was solved in the last evaluation of an evaluation run.
 * @throws Error if the folder holds no evaluation run, or one without an evaluation
 */
export async function readEvaluationCounts(folder: string): Promise<Required<ProblemCount>[]> {
  if (!existsSync(join(folder, evaluationLogKind.configFile))) {
    throw new Error(
      `${folder} is not an evaluation run: it has no ${evaluationLogKind.configFile}. The log of a SOAR run has no samples: evaluate its teacher or its questions first`,
    );
  }
  const { start, evaluations } = await readEvaluation(folder);
  const last = evaluations.at(-1);
  if (!start || !last) throw new Error(`${folder} has no evaluation yet`);
  return start.problems.map((problem, i) => ({
    problem,
    samples: last.samples,
    correct: last.correct[i]!,
  }));
}
