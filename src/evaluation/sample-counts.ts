import type { Lab } from "../lab/lab.js";
import { sampleAndScore } from "../lab/sample-and-score.js";
import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import type { Problem } from "../problems/problem.js";
import type { Sampler } from "../training/sampler.js";
import { deriveSeed } from "../util/derive-seed.js";

export interface SampleCountsParams {
  /** The model to evaluate, under the student prompt and sampling. */
  sampler: Sampler;
  problems: readonly Problem[];
  /** Samples per problem (App. B.6: 32). */
  samples?: number;
  seed?: number;
}

/** Samples every problem and counts the correct answers, from which pass@k is estimated (App. B.6). */
export async function sampleCounts(
  lab: Lab,
  { sampler, problems, samples = 32, seed = 0 }: SampleCountsParams,
): Promise<ProblemCount[]> {
  return Promise.all(
    problems.map(async problem => {
      const answers = await sampleAndScore(lab, {
        sampler,
        problem,
        size: samples,
        seed: deriveSeed(seed, "evaluation", problem.id),
      });
      const correct = answers.filter(answer => answer.correct).length;
      return { problem: problem.id, samples, correct };
    }),
  );
}
