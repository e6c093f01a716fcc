import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";

/**
 * How often each problem was solved, from the folder of an evaluation.
 *
 * @throws Error: no folder can be read yet
 */
export async function readEvaluationCounts(folder: string): Promise<Required<ProblemCount>[]> {
  throw new Error(`${folder} is not a file of samples`);
}
