import type { Sample } from "../training/sampling-client.js";

/** One sampled completion with the prompt it answers. */
export interface Rollout extends Sample {
  /** Prompt tokens. */
  prompt: number[];
  /** The completion as text, without the thinking that the tokenizer cuts. */
  text: string;
}
