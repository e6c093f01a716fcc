import type { SamplingParams } from "./wire.js";

/** One sampled completion. */
export interface Sample {
  tokens: number[];
  /** Log-probability of each token under the sampler at temperature 1, whatever the request's; nats. Empty if the server gives none. */
  logprobs: number[];
  /** "stop": the model ended it; "length": cut at max_tokens. */
  stopReason: "stop" | "length";
}

export interface SampleRequest {
  /** Prompt tokens. */
  prompt: number[];
  numSamples: number;
  params: SamplingParams;
  signal?: AbortSignal;
}

/**
 * One fixed set of weights to sample from, wherever they are served. `SamplingClient` is one, on a training server;
 * `openAiSampler` is another, on any OpenAI-compatible endpoint.
 */
export interface Sampler {
  /**
   * Exactly `numSamples` completions of one prompt, each ended at one of the stop tokens or texts, or after `max_tokens`.
   * The same seed gives the same completions as far as the server is deterministic.
   */
  sample(request: SampleRequest): Promise<Sample[]>;
  /** Log-probability of each token of a sequence given those before it, in nats; the first has none and is NaN. */
  logprobs(tokens: number[], signal?: AbortSignal): Promise<number[]>;
}
