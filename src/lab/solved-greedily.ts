import { studentReward } from "../grading/student-reward.js";
import type { Problem } from "../problems/problem.js";
import { rolloutGroup } from "../rl/rollout-group.js";
import type { SamplingClient } from "../training/sampling-client.js";
import type { Lab } from "./lab.js";
import { studentRewards } from "./student-rewards.js";

/** Which problems a model answers right at temperature 0, in order. */
export async function solvedGreedily(
  lab: Lab,
  sampler: SamplingClient,
  problems: readonly Problem[],
): Promise<boolean[]> {
  const completions = await Promise.all(
    problems.map(async ({ question, answer }) => {
      const [rollout] = await rolloutGroup({
        sampler,
        tokenizer: lab.tokenizer,
        prompt: lab.studentPrompt(question),
        size: 1,
        temperature: 0,
        maxTokens: lab.config.student.sampling.maxTokens,
        seed: 0,
        signal: lab.signal,
      });
      return { completion: rollout!.text, reference: answer };
    }),
  );
  const rewards = await studentRewards(lab.domain, completions);
  return rewards.map(reward => reward === studentReward.correct);
}
