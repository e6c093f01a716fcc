import { type Rollout, rolloutGroup } from "../rl/rollout-group.js";
import type { Sampler } from "../training/sampler.js";
import type { Lab } from "./lab.js";

export interface StudentRolloutsParams {
  /** The student. */
  sampler: Sampler;
  question: string;
  /** Rollouts. */
  size: number;
  seed: number;
  /** 0 = greedy. Default: the configured one. */
  temperature?: number;
}

/** Samples a student's answers to one question, with the student's prompt and the configured sampling. */
export function studentRollouts(lab: Lab, params: StudentRolloutsParams): Promise<Rollout[]> {
  const { sampling } = lab.config.student;
  const { sampler, question, size, seed, temperature = sampling.temperature } = params;
  return rolloutGroup({
    sampler,
    tokenizer: lab.tokenizer,
    prompt: lab.studentPrompt(question),
    size,
    seed,
    temperature,
    maxTokens: sampling.maxTokens,
    signal: lab.signal,
  });
}
