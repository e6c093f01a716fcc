import type { Datum } from "../wire.js";
import type { LossReduction } from "./engine-traits.js";

/**
 * Data whose gradient on an engine of this reduction is that of the sum over tokens and data: policy losses are linear in the
 * advantages, so each datum's advantages are multiplied by what the engine divides by. N is taken as the length of `data`,
 * so all data of an optimizer step must come in one forward_backward.
 */
export function scaleAdvantages(data: Datum[], reduction: LossReduction): Datum[] {
  if (reduction === "sum" || reduction === "unknown") return data;
  const tokens = data.map(datum => datum.loss_fn_inputs.target_tokens.data.length);
  const allTokens = tokens.reduce((sum, count) => sum + count, 0);
  return data.map((datum, i) => {
    const { advantages } = datum.loss_fn_inputs;
    if (!advantages) return datum;
    const factor = {
      "mean-over-data": data.length,
      "mean-over-tokens": tokens[i]!,
      "mean-over-tokens-then-data": tokens[i]! * data.length,
      "mean-over-all-tokens": allTokens,
    }[reduction];
    const scaled = { ...advantages, data: advantages.data.map(advantage => advantage * factor) };
    return { ...datum, loss_fn_inputs: { ...datum.loss_fn_inputs, advantages: scaled } };
  });
}
