import { z } from "zod";
import { HttpError, postJson } from "../util/post-json.js";
import type { Sample, SampleRequest, Sampler } from "./sampler.js";
import type { ModelTokenizer } from "./tokenizer.js";

export interface OpenAiSamplerParams {
  /** The endpoint up to its version, e.g. "http://127.0.0.1:8000/v1". */
  baseUrl: string;
  /** The model's name there. */
  model: string;
  /** The model's tokenizer: `loadTokenizer({ model })`. */
  tokenizer: ModelTokenizer;
  /** Sent as a bearer token. Default: OPENAI_API_KEY, if it is set. */
  apiKey?: string;
  /** Whether prompts are sent as token ids, which is exact, or as text, for endpoints that take nothing else. Default "tokens". */
  prompts?: "tokens" | "text";
  /**
   * Whether the endpoint knows vLLM's fields `top_k`, `stop_token_ids` and `return_token_ids`, as vLLM, SGLang and
   * soarlab's own server do. Without, stop tokens are sent as stop texts, and completions are tokenized here. Default true.
   */
  vllmFields?: boolean;
  /** Further fields of each request; undefined takes a field out, e.g. `{ logprobs: undefined }`. */
  body?: Record<string, unknown>;
  /** What a run's configuration keeps beside the model's name. Default "1". */
  version?: string;
  /** Concurrent requests; further ones wait. Default 32. */
  concurrency?: number;
  /** Further attempts after a network failure, a timeout, or an answer 408, 429 or 5xx. Default 5. */
  retries?: number;
  /** Wait before the first retry, in ms; doubles with each, unless the server says how long. Default 500. */
  retryDelayMs?: number;
  /** Time for one attempt, in ms. Default 600,000. */
  timeoutMs?: number;
}

const answerSchema = z.object({
  choices: z.array(
    z.object({
      index: z.number().int().default(0),
      text: z.string(),
      finish_reason: z.string().nullish(),
      token_ids: z.array(z.number().int()).nullish(),
      logprobs: z.object({ token_logprobs: z.array(z.number().nullable()).nullish() }).nullish(),
    }),
  ),
});

/** OpenAI's API takes no more stop texts. */
const mostStops = 4;

/**
 * A sampler on the weights that an OpenAI-compatible `/completions` endpoint serves: vLLM, SGLang, soarlab's own server
 * and others. Its calls throw an HttpError with the endpoint's own words if a request fails for good.
 */
export function openAiSampler(params: OpenAiSamplerParams): Sampler & { name: string; version: string } {
  const { model, tokenizer, prompts = "tokens", vllmFields = true, version = "1", concurrency = 32 } = params;
  const url = `${params.baseUrl.replace(/\/+$/, "")}/completions`;
  const inTurn = limiter(concurrency);
  const complete = (tokens: number[], request: object, signal?: AbortSignal) =>
    inTurn(() =>
      postJson({
        url,
        body: {
          model,
          prompt: prompts === "tokens" ? tokens : tokenizer.decode(tokens),
          ...(vllmFields && { return_token_ids: true }),
          ...request,
          ...params.body,
        },
        schema: answerSchema,
        expected: "a list of completions",
        apiKey: params.apiKey ?? process.env.OPENAI_API_KEY,
        retries: params.retries,
        retryDelayMs: params.retryDelayMs,
        timeoutMs: params.timeoutMs ?? 600_000,
        signal,
      }),
    );
  const stopFields = (stop: SampleRequest["params"]["stop"]) => {
    const ids = stop.filter(one => typeof one === "number");
    const texts = stop.filter(one => typeof one === "string");
    if (vllmFields)
      return { ...(ids.length > 0 && { stop_token_ids: ids }), ...(texts.length > 0 && { stop: texts }) };
    // Special tokens have no text; the endpoint ends at the model's own.
    const all = [...texts, ...ids.map(id => tokenizer.decode([id]))].filter(text => text.trim() !== "");
    return all.length > 0 ? { stop: all.slice(0, mostStops) } : {};
  };

  return {
    name: `completions/${model}`,
    version,

    async sample({ prompt, numSamples, params: sampling, signal }) {
      const { stop, top_k, ...rest } = sampling;
      const { choices } = await complete(
        prompt,
        { n: numSamples, logprobs: 0, ...rest, ...(vllmFields && { top_k }), ...stopFields(stop) },
        signal,
      );
      if (choices.length !== numSamples) {
        throw new HttpError(`${url}: returned ${choices.length} completions, ${numSamples} were requested`);
      }
      return choices
        .sort((a, b) => a.index - b.index)
        .map(({ text, token_ids, logprobs, finish_reason }): Sample => {
          const tokens = token_ids ?? tokenizer.encode(text);
          const values = logprobs?.token_logprobs ?? [];
          const isWhole = values.length === tokens.length && values.every(value => value !== null);
          return {
            tokens,
            logprobs: isWhole ? (values as number[]) : [],
            stopReason: finish_reason === "length" ? "length" : "stop",
          };
        });
    },

    async logprobs(tokens, signal) {
      const request = { n: 1, max_tokens: 0, temperature: 0, logprobs: 1, echo: true };
      const { choices } = await complete(tokens, request, signal);
      const values = choices[0]?.logprobs?.token_logprobs?.slice(0, tokens.length) ?? [];
      if (values.length === tokens.length) return values.map(value => value ?? Number.NaN);
      throw new HttpError(
        `${url}: returned ${values.length} log-probabilities for ${tokens.length} prompt tokens; does it support "echo"?`,
      );
    },
  };
}

/** Limits the number of concurrent tasks; further ones wait in line. */
function limiter(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async task => {
    // A task that ends hands its place over, so `running` only changes when nobody waits.
    if (running < most) running++;
    else await new Promise<void>(resolve => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
