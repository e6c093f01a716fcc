import { estimatePassAtK } from "./estimate-pass-at-k.js";
import { type PassAtKInput, problemCounts } from "./problem-counts.js";

/** pass@k of one problem. */
export interface ProblemPassAtK {
  problem: string | number;
  k: number;
  samples: number;
  correct: number;
  /** The unbiased estimate, in [0, 1]. */
  value: number;
}

/**
 * pass@k of each problem, one row per problem and k, problems in the order of the input.
 *
 * @throws as `passAtK`
 */
export function passAtKByProblem(params: PassAtKInput & { k: number | readonly number[] }): ProblemPassAtK[] {
  const ks = typeof params.k === "number" ? [params.k] : params.k;
  return problemCounts(params).flatMap(count =>
    ks.map(k => ({ ...count, k, value: estimatePassAtK(count, k) })),
  );
}
