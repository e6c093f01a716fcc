import type { Sample, Sampler } from "../training/sampler.js";
import type { ModelTokenizer } from "../training/tokenizer.js";

export interface RolloutGroupParams extends Policy, Sampling {
  /** Prompt tokens. */
  prompt: number[];
  /** Completions to sample. */
  size: number;
  seed: number;
  /** Tokens that end a completion beside the model's own. */
  stop?: number[];
  signal?: AbortSignal;
}

/** Samples the completions of one group: `size` answers to one prompt. */
export async function rolloutGroup(params: RolloutGroupParams): Promise<Rollout[]> {
  const { sampler, tokenizer, prompt, size, seed, temperature, maxTokens, stop = [], signal } = params;
  const samples = await sampler.sample({
    prompt,
    numSamples: size,
    params: { temperature, max_tokens: maxTokens, seed, stop: [...tokenizer.endTokens, ...stop] },
    signal,
  });
  return samples.map(sample => ({ ...sample, prompt, text: tokenizer.decodeCompletion(sample.tokens) }));
}

/** Turns a text prompt into sampled text: fixed weights, and the tokenizer that belongs to them. */
export interface Policy {
  sampler: Sampler;
  tokenizer: ModelTokenizer;
}

/** How completions are sampled. */
export interface Sampling {
  /** 0 = greedy. */
  temperature: number;
  maxTokens: number;
}

/** One sampled completion with the prompt it answers. */
export interface Rollout extends Sample {
  /** Prompt tokens. */
  prompt: number[];
  /** The completion as text, without the thinking that the tokenizer cuts. */
  text: string;
}
