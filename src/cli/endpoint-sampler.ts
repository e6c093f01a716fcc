import { type FindModelOptions, findModel } from "../lab/find-model.js";
import type { LabConfig } from "../lab/lab-config.js";
import { loadTokenizer } from "../training/load-tokenizer.js";
import { openAiSampler } from "../training/openai-sampler.js";

export interface EndpointOptions {
  endpoint?: string;
  endpointModel?: string;
}

/** Returns the sampler of the model behind --endpoint, with the configured model's tokenizer; undefined without one. */
export async function endpointSampler(
  { model, prompts }: Pick<LabConfig, "model" | "prompts">,
  { endpoint, endpointModel }: EndpointOptions,
  options?: FindModelOptions,
) {
  if (endpoint === undefined) return undefined;
  const tokenizer = await loadTokenizer({ ...prompts, model: await findModel(model.base, options) });
  return openAiSampler({ baseUrl: endpoint, model: endpointModel ?? model.base, tokenizer });
}
