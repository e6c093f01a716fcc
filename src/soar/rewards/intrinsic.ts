import type { Lab } from "../../lab/lab.js";
import { sampleAndScore } from "../../lab/sample-and-score.js";
import { deriveSeed } from "../../util/derive-seed.js";
import type { SoarConfig } from "../config.js";
import type { Earnings } from "./teacher-reward.js";

/**
 * The intrinsic reward (App. B.4): of a question that the baseline student solves with rate s, by the teacher's own
 * answer, 0 where s is 0 and 1 - s otherwise. One row a dataset, one number a question.
 */
export async function learnability(
  lab: Lab<SoarConfig>,
  { datasets, baseline, seed }: Earnings,
): Promise<number[][]> {
  const { rank } = lab.config.model;
  const student = baseline ? await lab.service.loadModel(baseline, { rank, optimizer: false }) : undefined;
  const sampler = student ? await student.sampler() : lab.baseSampler;
  const size = lab.config.teacher.learnabilitySamples;
  const rewards = datasets.map((dataset, k) =>
    Promise.all(
      dataset.map(async (problem, i) => {
        const answers = await sampleAndScore(lab, { sampler, problem, size, seed: deriveSeed(seed, k, i) });
        const solved = answers.filter(({ correct }) => correct).length;
        return solved === 0 ? 0 : 1 - solved / size;
      }),
    ),
  );
  const paid = await Promise.all(rewards);
  await student?.unload();
  return paid;
}
