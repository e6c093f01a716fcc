import type { Lab } from "../../lab/lab.js";
import { sampleAndScore } from "../../lab/sample-and-score.js";
import { withSampler } from "../../lab/with-sampler.js";
import { deriveSeed } from "../../util/derive-seed.js";
import type { SoarConfig } from "../config.js";
import type { RewardInputs } from "./teacher-reward.js";

/**
 * The intrinsic reward (App. B.4): 0 if s is 0, and 1 - s otherwise. s is the rate at which the baseline student
 * solves a question, according to the teacher's own answer. One row per dataset, one number per question.
 */
export function learnability(
  lab: Lab<SoarConfig>,
  { datasets, baseline, seed }: RewardInputs,
): Promise<number[][]> {
  const size = lab.config.teacher.learnabilitySamples;
  return withSampler(lab, baseline, sampler =>
    Promise.all(
      datasets.map((dataset, k) =>
        Promise.all(
          dataset.map(async (problem, i) => {
            const answers = await sampleAndScore(lab, {
              sampler,
              problem,
              size,
              seed: deriveSeed(seed, k, i),
            });
            const solved = answers.filter(({ correct }) => correct).length;
            return solved === 0 ? 0 : 1 - solved / size;
          }),
        ),
      ),
    ),
  );
}
