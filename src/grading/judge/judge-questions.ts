import { z } from "zod";
import { cacheReadsAtOnce, fileCache } from "../../util/file-cache.js";
import { forEachConcurrently } from "../../util/for-each-concurrently.js";
import { type Frame, frameTextRows, isFrame } from "../../util/frame-rows.js";
import { HttpError, postJson } from "../../util/post-json.js";
import { untilStopped } from "../../util/stop-signal.js";
import { type QuestionVerdict, questionVerdictSchema } from "../question-verdict.js";
import { fillPrompt } from "./fill-prompt.js";
import { type JudgeMessage, judgePair, type PairOutcome } from "./judge-pair.js";
import { judgePrompt } from "./judge-prompt.js";

export interface QuestionToJudge {
  question: string;
  answer: string;
}

export interface JudgeQuestionsParams {
  /** Or a danfojs DataFrame with the columns question and answer. */
  questions: readonly QuestionToJudge[] | Frame;
  /** Where the endpoint is, up to and including its version, e.g. "http://127.0.0.1:8000/v1". */
  baseUrl: string;
  /** The model's name as the server knows it. */
  model: string;
  /** Sent as a bearer token. */
  apiKey?: string;
  /** Wording of the request, with {question} and {answer}. Default: `judgePrompt`. */
  prompt?: string;
  /** Folder in which verdicts are kept, one JSON file each. Default: nothing is kept. */
  cacheFolder?: string;
  /** Requests at once. Default 8. */
  concurrency?: number;
  /** Further attempts after a network failure, a timeout, or an answer 408, 429 or 5xx. Default 5. */
  retries?: number;
  /** Wait before the first retry; doubles with each, unless the server says how long. Default 500. */
  retryDelayMs?: number;
  /** Time for one request. Default 120,000. */
  timeoutMs?: number;
  /** How often the judge is asked again, told what was wrong, if its answer is not a verdict. Default 2. */
  corrections?: number;
  /** Default 0. */
  temperature?: number;
  /** Longest answer, its thinking included. Default 4096. */
  maxTokens?: number;
  /** Further fields of the request, or others in place of ours, e.g. { max_tokens: undefined, reasoning_effort: "low" }. */
  body?: Record<string, unknown>;
  /** Price of a million tokens, in whatever currency. */
  price?: { prompt: number; completion: number };
  signal?: AbortSignal;
  onProgress?: (progress: JudgeProgress) => void;
  /** Default: the global fetch. */
  fetch?: typeof globalThis.fetch;
}

/** Progress of a call, in distinct pairs of question and answer. */
export interface JudgeProgress {
  done: number;
  total: number;
  /** Of those done. */
  unjudged: number;
  usage: JudgeUsage;
}

/** What a call used. Verdicts from the cache use nothing. */
export interface JudgeUsage {
  /** Requests that were answered, those with malformed answers included. */
  requests: number;
  promptTokens: number;
  completionTokens: number;
  /** Distinct pairs whose verdict was in the cache. */
  cached: number;
  /** In the currency of the price; absent without a price, or if the server did not count some tokens. */
  cost?: number;
}

export interface JudgeResult {
  /** One per question, in their order; undefined if the judge gave none. */
  verdicts: (QuestionVerdict | undefined)[];
  /** The questions without a verdict, with the reason and the judge's last answer. */
  unjudged: { index: number; reason: string; answer: string }[];
  usage: JudgeUsage;
}

const completionSchema = z.object({
  choices: z
    .array(
      z.object({ message: z.object({ content: z.string().nullish() }), finish_reason: z.string().nullish() }),
    )
    .min(1),
  // A partial count is treated as missing: it is not a reason to discard an answer.
  usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).optional().catch(undefined),
});

/** After this many refusals without one answer, the fault lies with what all requests share, not with the pairs. */
const refusalsToStop = 8;

/**
 * Returns a model's verdicts on question-answer pairs (SOAR, App. C.4), from any server with OpenAI's chat endpoint.
 * Each distinct pair is asked for once, and not at all if its verdict is in the cache, whose key is endpoint, model,
 * wording, temperature, further fields and the pair; an interrupted call resumes from there at no cost. A pair
 * whose answers stay malformed, or that the server refuses (400, 413, 422: too long, say), is reported and blocks
 * no other.
 *
 * @throws HttpError naming the address, the status and the server's words if a request fails for good, or the server
 *   refuses all; Error if the prompt lacks {question} or {answer}; RangeError if a setting is impossible; the signal's
 *   reason if it was aborted. Earlier verdicts are in the cache.
 */
export async function judgeQuestions(params: JudgeQuestionsParams): Promise<JudgeResult> {
  const { model, prompt = judgePrompt, temperature = 0, price, onProgress } = params;
  const signal = untilStopped(params.signal);
  const questions = isFrame(params.questions) ? pairsOf(params.questions) : params.questions;
  const { concurrency = 8, retries = 5, corrections = 2, maxTokens = 4096 } = params;
  for (const [name, value, least] of [
    ["concurrency", concurrency, 1],
    ["retries", retries, 0],
    ["corrections", corrections, 0],
    ["maxTokens", maxTokens, 1],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new RangeError(`judgeQuestions: ${name} = ${value}, expected a whole number, at least ${least}`);
    }
  }
  fillPrompt(prompt, { question: "", answer: "" });

  const url = `${params.baseUrl.replace(/\/+$/, "")}/chat/completions`;
  const cache = fileCache(params.cacheFolder, ".json");
  const usage: JudgeUsage = { requests: 0, promptTokens: 0, completionTokens: 0, cached: 0 };
  let isCounted = price !== undefined;
  const ask = async (messages: readonly JudgeMessage[]) => {
    const { choices, usage: used } = await postJson({
      ...params,
      signal,
      url,
      retries,
      body: { model, messages, temperature, max_tokens: maxTokens, ...params.body },
      schema: completionSchema,
      expected: "a chat completion",
    });
    usage.requests++;
    usage.promptTokens += used?.prompt_tokens ?? 0;
    usage.completionTokens += used?.completion_tokens ?? 0;
    if (!used) isCounted = false;
    return { answer: choices[0]!.message.content ?? "", isCut: choices[0]!.finish_reason === "length" };
  };

  const refusals: HttpError[] = [];
  const throwIfAllRefused = () => {
    if (refusals.length > 0 && usage.requests + usage.cached === 0) throw refusals[0];
  };
  const judge = async (pair: QuestionToJudge): Promise<PairOutcome> => {
    try {
      return await judgePair({ pair, prompt, corrections, ask });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      refusals.push(error);
      if (refusals.length >= refusalsToStop) throwIfAllRefused();
      return { reason: error.message, answer: "" };
    }
  };

  const pairs = new Map(
    questions.map(({ question, answer }) => [keyOf(question, answer), { question, answer }]),
  );
  const outcomes = new Map<string, PairOutcome>();
  let unjudged = 0;
  const settle = (key: string, outcome: PairOutcome) => {
    outcomes.set(key, outcome);
    if (!outcome.verdict) unjudged++;
    onProgress?.({ done: outcomes.size, total: pairs.size, unjudged, usage: withCost() });
  };
  const withCost = (): JudgeUsage => {
    if (!price || !isCounted) return { ...usage };
    const cost = (usage.promptTokens * price.prompt + usage.completionTokens * price.completion) / 1e6;
    return { ...usage, cost };
  };

  const keyInCache = (pair: QuestionToJudge) =>
    [url, model, prompt, temperature, params.body ?? null, pair.question, pair.answer] as const;
  await forEachConcurrently(pairs, cacheReadsAtOnce, async ([key, pair]) => {
    signal?.throwIfAborted();
    const verdict = keptVerdict(await cache.read(keyInCache(pair)));
    if (!verdict) return;
    usage.cached++;
    settle(key, { verdict });
  });
  const missing = [...pairs].filter(([key]) => !outcomes.has(key));
  await forEachConcurrently(missing, concurrency, async ([key, pair]) => {
    signal?.throwIfAborted();
    const outcome = await judge(pair);
    if (outcome.verdict) {
      await cache.write(
        keyInCache(pair),
        `${JSON.stringify({ model, ...pair, verdict: outcome.verdict })}\n`,
      );
    }
    settle(key, outcome);
  });
  throwIfAllRefused();

  const found = questions.map(({ question, answer }) => outcomes.get(keyOf(question, answer))!);
  return {
    verdicts: found.map(({ verdict }) => verdict),
    unjudged: found.flatMap((outcome, index) =>
      outcome.verdict ? [] : [{ index, reason: outcome.reason, answer: outcome.answer }],
    ),
    usage: withCost(),
  };
}

function keyOf(question: string, answer: string): string {
  return JSON.stringify([question, answer]);
}

/** Whether the server rejected this request itself, and not the sender or the model's name. */
function isRefusal(error: unknown): error is HttpError {
  return error instanceof HttpError && [400, 413, 422].includes(error.status ?? 0);
}

/** Returns the verdict in a cache file; undefined if it holds none. */
function keptVerdict(bytes: Buffer | undefined): QuestionVerdict | undefined {
  if (!bytes) return undefined;
  try {
    return z.object({ verdict: questionVerdictSchema }).parse(JSON.parse(bytes.toString("utf8"))).verdict;
  } catch {
    return undefined;
  }
}

function pairsOf(frame: Frame): QuestionToJudge[] {
  return frameTextRows(frame).map(({ question, answer }, i) => {
    if (typeof question === "string" && typeof answer === "string") return { question, answer };
    throw new TypeError(`judgeQuestions: row ${i}: expected the columns "question" and "answer" with text`);
  });
}
