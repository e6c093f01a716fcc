import { type Domain, failAtK, loadTokenizer, openAiSampler, type Problem } from "soarlab";

export interface HardProblemsParams {
  problems: readonly Problem[];
  domain: Domain;
  /** A vLLM server, say, up to its version: "http://127.0.0.1:8000/v1". */
  baseUrl: string;
  apiKey?: string;
  /** The model's name there. */
  model: string;
  /** Its folder or hub id, for the tokenizer. */
  folder: string;
  k?: number;
  maxTokens?: number;
}

/** The problems that a model behind an OpenAI-compatible endpoint solves 0 of k times. */
export async function hardProblems(params: HardProblemsParams): Promise<Problem[]> {
  const { problems, domain, baseUrl, apiKey, model, folder, k, maxTokens } = params;
  const tokenizer = await loadTokenizer({ model: folder });
  const sampler = openAiSampler({ baseUrl, apiKey, model, tokenizer });
  const { hard } = await failAtK({ problems, domain, sampler, tokenizer, k, maxTokens });
  return hard;
}
