import type { Policy, Sampling } from "./policy.js";
import type { Rollout } from "./rollout.js";

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
