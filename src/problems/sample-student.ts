import { rolloutGroup } from "../rl/rollout-group.js";
import type { Sampler } from "../training/sampler.js";
import type { ModelTokenizer } from "../training/tokenizer.js";
import type { Domain } from "./domain.js";
import type { Problem } from "./problem.js";

/** Asks a model for completions of one problem: the completions' texts, exactly `numSamples` of them. */
export type SampleProblem = (
  problem: Problem,
  request: { numSamples: number; seed: number; signal?: AbortSignal },
) => Promise<string[]>;

export interface SampleStudentParams {
  /** The model. */
  sampler: Sampler;
  tokenizer: ModelTokenizer;
  /** Its student prompt is used. */
  domain: Pick<Domain, "prompts">;
  /** Default 1.0 (Table 3). */
  temperature?: number;
  /** Default 1,024 (Table 3). */
  maxTokens?: number;
  /** Tokens of the prompt for a question. Default: the domain's student prompt as plain text. */
  prompt?: (question: string) => number[];
}

/** A model in the student's role, as `failAtK` samples it. */
export function sampleStudent(params: SampleStudentParams): SampleProblem {
  const { sampler, tokenizer, domain, temperature = 1, maxTokens = 1024 } = params;
  const {
    prompt = (question: string) =>
      tokenizer.encodePrompt(domain.prompts.student.replace("{question}", () => question)),
  } = params;
  return async ({ question }, { numSamples, seed, signal }) => {
    const rollouts = await rolloutGroup({
      sampler,
      tokenizer,
      prompt: prompt(question),
      size: numSamples,
      seed,
      temperature,
      maxTokens,
      signal,
    });
    return rollouts.map(({ text }) => text);
  };
}
