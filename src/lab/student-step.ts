import type { QuestionAnswer } from "../problems/domain.js";
import { type Metrics, rlooStep } from "../rl/rloo-step.js";
import type { TrainingClient } from "../training/training-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { Lab } from "./lab.js";
import { sampleAndScore } from "./sample-and-score.js";

export interface StudentStepParams {
  student: TrainingClient;
  /** The questions of this step, a group of rollouts each. */
  batch: readonly QuestionAnswer[];
  learningRate: number;
  /** Training step, from 0. */
  step: number;
  /** Seed of the whole training. */
  seed: number;
}

/** One RLOO step of a student: answers a batch of questions, is rewarded, learns. */
export async function studentStep(lab: Lab, params: StudentStepParams): Promise<Metrics> {
  const { student, batch, learningRate, step, seed } = params;
  const { groupSize, optimization } = lab.config.student;
  const started = performance.now();
  const sampler = await student.sampler();
  const groups = await Promise.all(
    batch.map(async (problem, i) => {
      const size = groupSize;
      const group = await sampleAndScore(lab, { sampler, problem, size, seed: deriveSeed(seed, step, i) });
      return group.map(rollout => ({ rollouts: [rollout], reward: rollout.reward }));
    }),
  );
  const sampled = performance.now();
  const metrics = await rlooStep({
    model: student,
    groups,
    optimization,
    learningRate,
    reference: lab.baseSampler,
    signal: lab.signal,
  });
  return { ...metrics, "time/sample_ms": sampled - started };
}
