import type { SamplingClient } from "../training/sampling-client.js";
import type { ModelTokenizer } from "../training/tokenizer.js";

/** What it takes to turn a text prompt into sampled text: fixed weights, and the tokenizer that belongs to them. */
export interface Policy {
  sampler: SamplingClient;
  tokenizer: ModelTokenizer;
}

/** How completions are sampled. */
export interface Sampling {
  /** 0 = greedy. */
  temperature: number;
  maxTokens: number;
}
