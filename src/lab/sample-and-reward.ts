import type { GroupMember } from "../rl/rloo-step.js";
import { rolloutGroup } from "../rl/rollout-group.js";
import type { SamplingClient } from "../training/sampling-client.js";
import type { Lab } from "./lab.js";
import type { QuestionAnswer } from "./parse-teacher-completion.js";
import { studentRewards } from "./student-rewards.js";

export interface SampleAndRewardParams {
  /** The student. */
  sampler: SamplingClient;
  /** The question, with the answer that is taken for right. */
  pair: QuestionAnswer;
  /** Rollouts. */
  size: number;
  seed: number;
}

/** A student's rollouts of one question under the configured sampling, each with its own reward (App. B.3). */
export async function sampleAndReward(
  lab: Lab,
  { sampler, pair: { question, answer }, size, seed }: SampleAndRewardParams,
): Promise<GroupMember[]> {
  const rollouts = await rolloutGroup({
    ...lab.config.student.sampling,
    sampler,
    tokenizer: lab.tokenizer,
    prompt: lab.studentPrompt(question),
    size,
    seed,
    signal: lab.signal,
  });
  const rewards = await studentRewards(
    lab.domain,
    rollouts.map(({ text }) => ({ completion: text, reference: answer })),
  );
  return rollouts.map((rollout, i) => ({ rollouts: [rollout], reward: rewards[i]! }));
}
