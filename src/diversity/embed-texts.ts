import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { z } from "zod";

export interface EmbedTextsParams {
  texts: readonly string[];
  /** Where the endpoint is, up to and including its version, e.g. "http://127.0.0.1:8000/v1". */
  baseUrl: string;
  /** The model's name as the server knows it, e.g. "Qwen/Qwen3-Embedding-8B" (SOAR, section 5.2). */
  model: string;
  /** Sent as a bearer token. */
  apiKey?: string;
  /** Asked of the server where given; many ignore it or refuse it. */
  dimensions?: number;
  /** Texts per request. Default 64. */
  batchSize?: number;
  /** Requests at once. Default 4. */
  concurrency?: number;
  /**
   * Folder in which embeddings are kept, one file per text, named by a hash of server, model, dimensions and text.
   * Default: nothing is kept.
   */
  cacheFolder?: string;
  /** Further attempts after a network failure, a timeout, or an answer 408, 429 or 5xx. Default 5. */
  retries?: number;
  /** Wait before the first retry; doubles with each, unless the server says how long. Default 500. */
  retryDelayMs?: number;
  /** Time for one request. Default 120,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Default: the global fetch. */
  fetch?: typeof globalThis.fetch;
}

const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int().nonnegative(), embedding: z.array(z.number()).min(1) })),
});

/**
 * Embeddings of texts from an OpenAI-compatible endpoint, in the order of the texts, in single precision as models
 * compute them. Each distinct text is asked for once, and not at all when it is in the cache. Batches that came are in
 * the cache even where a later one fails, so a second call goes on from there.
 *
 * @throws Error naming the address, the status and the server's words where a request fails for good or the answer is
 *   not one embedding of equal length per text; RangeError on an impossible batch size, concurrency or retry count
 */
export async function embedTexts(params: EmbedTextsParams): Promise<Float32Array[]> {
  const { texts, cacheFolder, batchSize = 64, concurrency = 4, retries = 5 } = params;
  for (const [name, value, least] of [
    ["batchSize", batchSize, 1],
    ["concurrency", concurrency, 1],
    ["retries", retries, 0],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new RangeError(`embedTexts: ${name} = ${value}, expected a whole number, at least ${least}`);
    }
  }

  const found = new Map<string, Float32Array>();
  const missing: string[] = [];
  for (const text of new Set(texts)) {
    const kept = cacheFolder === undefined ? undefined : await readKept(cacheFile(cacheFolder, params, text));
    if (kept) found.set(text, kept);
    else missing.push(text);
  }

  const batches: string[][] = [];
  for (let i = 0; i < missing.length; i += batchSize) batches.push(missing.slice(i, i + batchSize));
  let failed = false;
  const worker = async () => {
    for (let batch = batches.shift(); batch && !failed; batch = batches.shift()) {
      try {
        const embeddings = await requestWithRetries(params, batch);
        for (const [i, text] of batch.entries()) {
          found.set(text, embeddings[i]!);
          if (cacheFolder !== undefined) await keep(cacheFile(cacheFolder, params, text), embeddings[i]!);
        }
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };
  // Every worker is waited for, so that no request or write is still under way when the first failure is thrown.
  const outcomes = await Promise.allSettled(Array.from({ length: concurrency }, worker));
  const failure = outcomes.find(outcome => outcome.status === "rejected");
  if (failure) throw failure.reason;

  const embeddings = texts.map(text => found.get(text)!);
  embeddings.forEach((embedding, i) => {
    if (embedding.length !== embeddings[0]!.length) {
      throw new Error(
        `${endpoint(params)}: the embedding of texts[${i}] has ${embedding.length} components, that of texts[0] ` +
          `${embeddings[0]!.length}; does the cache hold those of another version of the model?`,
      );
    }
  });
  return embeddings;
}

function endpoint({ baseUrl }: EmbedTextsParams): string {
  return `${baseUrl.replace(/\/+$/, "")}/embeddings`;
}

async function requestWithRetries(params: EmbedTextsParams, batch: string[]): Promise<Float32Array[]> {
  const { retries = 5, retryDelayMs = 500, signal } = params;
  for (let attempt = 0; ; attempt++) {
    const outcome = await request(params, batch);
    if (Array.isArray(outcome)) return outcome;
    signal?.throwIfAborted();
    if (!outcome.again || attempt >= retries) {
      const times = attempt === 0 ? "" : ` (after ${attempt + 1} attempts)`;
      throw new Error(`${endpoint(params)}: ${outcome.message}${times}`, { cause: outcome.cause });
    }
    await setTimeout(outcome.waitMs ?? retryDelayMs * 2 ** attempt, undefined, { signal });
  }
}

interface Failure {
  message: string;
  /** Whether another attempt may succeed. */
  again: boolean;
  /** What the server asked to wait. */
  waitMs?: number;
  cause?: unknown;
}

async function request(params: EmbedTextsParams, batch: string[]): Promise<Float32Array[] | Failure> {
  const { model, apiKey, dimensions, timeoutMs = 120_000, signal, fetch = globalThis.fetch } = params;
  const timeout = AbortSignal.timeout(timeoutMs);
  let response: Response;
  let body: string;
  try {
    response = await fetch(endpoint(params), {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify({ model, input: batch, encoding_format: "float", dimensions }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    body = await response.text();
  } catch (cause) {
    const why = timeout.aborted ? `no answer in ${timeoutMs} ms` : `request failed: ${reason(cause)}`;
    return { message: why, again: true, cause };
  }
  if (!response.ok) {
    const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
    return {
      message: `HTTP ${response.status}: ${body.slice(0, 500) || response.statusText}`,
      again: response.status === 408 || response.status === 429 || response.status >= 500,
      waitMs: seconds >= 0 ? seconds * 1000 : undefined,
    };
  }
  return readAnswer(body, batch.length);
}

function readAnswer(body: string, count: number): Float32Array[] | Failure {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch (cause) {
    return { message: `answer is not JSON: ${body.slice(0, 200)}`, again: false, cause };
  }
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) {
    return { message: `answer is not a list of embeddings: ${z.prettifyError(parsed.error)}`, again: false };
  }
  const embeddings: Float32Array[] = [];
  for (const { index, embedding } of parsed.data.data) embeddings[index] = Float32Array.from(embedding);
  const wrong =
    parsed.data.data.length !== count || embeddings.length !== count || embeddings.includes(undefined!);
  return wrong
    ? { message: `answer has ${parsed.data.data.length} embeddings for ${count} texts`, again: false }
    : embeddings;
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

function cacheFile(folder: string, params: EmbedTextsParams, text: string): string {
  const { model, dimensions = null } = params;
  const key = JSON.stringify([endpoint(params), model, dimensions, text]);
  const hash = createHash("sha256").update(key).digest("hex");
  return join(folder, hash.slice(0, 2), `${hash}.f32`);
}

/** The embedding kept in a file; undefined where there is none, or what is there is no embedding. */
async function readKept(file: string): Promise<Float32Array | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  if (bytes.length === 0 || bytes.length % 4 !== 0) return undefined;
  const values = new Float32Array(bytes.length / 4);
  for (let i = 0; i < values.length; i++) values[i] = bytes.readFloatLE(4 * i);
  return values;
}

async function keep(file: string, embedding: Float32Array): Promise<void> {
  const bytes = Buffer.alloc(4 * embedding.length);
  embedding.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  await mkdir(dirname(file), { recursive: true });
  // Renamed into place, so that a run killed meanwhile leaves no half file.
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, bytes);
  await rename(draft, file);
}
