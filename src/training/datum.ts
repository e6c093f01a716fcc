import type { Datum } from "./wire.js";

/**
 * A training example for a policy loss: the prompt's positions carry nothing, each completion token carries its
 * advantage and the log-probability under which it was sampled.
 * @param prompt tokens
 * @param completion tokens
 * @param logprobs of the completion's tokens under the sampler
 * @param advantages of the completion's tokens
 * @throws Error if there is not exactly one logprob and one advantage per token
 */
export function policyDatum(
  prompt: number[],
  completion: number[],
  logprobs: number[],
  advantages: number[],
): Datum {
  if (logprobs.length !== completion.length || advantages.length !== completion.length) {
    throw new Error(
      `policyDatum: ${completion.length} completion tokens, but ${logprobs.length} logprobs and ${advantages.length} advantages; expected one each a token.`,
    );
  }
  const before = prompt.slice(1).fill(0);
  return shifted(prompt, completion, {
    logprobs: float32([...before, ...logprobs]),
    advantages: float32([...before, ...advantages]),
  });
}

/** A training example for cross entropy on the completion's tokens alone, each with weight `weight`. */
export function supervisedDatum(prompt: number[], completion: number[], weight = 1): Datum {
  const weights = prompt
    .slice(1)
    .fill(0)
    .concat(completion.map(() => weight));
  return shifted(prompt, completion, { weights: float32(weights) });
}

function shifted(prompt: number[], completion: number[], rest: object): Datum {
  const all = [...prompt, ...completion];
  const targets = all.slice(1);
  return {
    model_input: { chunks: [{ type: "encoded_text", tokens: all.slice(0, -1) }] },
    loss_fn_inputs: { target_tokens: { data: targets, dtype: "int64", shape: [targets.length] }, ...rest },
  };
}

function float32(data: number[]) {
  return { data, dtype: "float32" as const, shape: [data.length] };
}
