import { z } from "zod";
import { retryingFetch } from "./retrying-fetch.js";

export interface PostJsonParams<T extends z.ZodType> {
  url: string;
  body: object;
  /** The schema of the response. */
  schema: T;
  /** The expected response in words, for the error if it is something else, e.g. "a list of embeddings". */
  expected: string;
  /** Sent as a bearer token. */
  apiKey?: string;
  /** Further attempts after a network failure, a timeout, or an answer 408, 429 or 5xx. Default 5. */
  retries?: number;
  /** Wait before the first retry; doubles with each, unless the server sets the delay. Default 500. */
  retryDelayMs?: number;
  /** Time for one attempt. Default 120,000. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Default: the global fetch. */
  fetch?: typeof fetch;
}

/**
 * Posts JSON and reads a checked JSON answer, as the endpoints that speak OpenAI's format want it.
 * @throws HttpError if the request fails for good; the signal's reason if it was aborted
 */
export async function postJson<T extends z.ZodType>(params: PostJsonParams<T>): Promise<z.infer<T>> {
  const { url, body, schema, expected, apiKey, retries = 5, retryDelayMs = 500, signal } = params;
  const { timeoutMs = 120_000, fetch: send = globalThis.fetch } = params;
  let attempts = 0;
  const after = () => (attempts > 1 ? ` (after ${attempts} attempts)` : "");
  // An attempt reads the whole response, so that one that broke off is retried too.
  const attempt: typeof fetch = async (input, init) => {
    attempts++;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const within = signal ? AbortSignal.any([signal, timeout]) : timeout;
      const answer = await send(input, { ...init, signal: within });
      const text = await answer.text();
      const { status, statusText, headers } = answer;
      return new Response(text || null, { status, statusText, headers });
    } catch (cause) {
      const why = timeout.aborted ? `no answer in ${timeoutMs} ms` : `request failed: ${reason(cause)}`;
      throw new HttpError(why, { cause });
    }
  };
  const post = retryingFetch({ fetch: attempt, retries, waitMs: retryDelayMs, signal });
  let response: Response;
  try {
    response = await post(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
      },
      body: JSON.stringify(body),
    });
  } catch (error) {
    signal?.throwIfAborted();
    throw new HttpError(`${url}: ${(error as Error).message}${after()}`, { cause: (error as Error).cause });
  }
  const text = await response.text();
  const { status } = response;
  if (!response.ok) {
    const words = text.slice(0, 500) || response.statusText;
    throw new HttpError(`${url}: HTTP ${status}: ${words}${after()}`, { status });
  }
  return check(text, schema, `${url}: answer is not`, expected);
}

function check<T extends z.ZodType>(
  text: string,
  schema: T,
  complaint: string,
  expected: string,
): z.infer<T> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new HttpError(`${complaint} JSON: ${text.slice(0, 200)}`, { cause });
  }
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const issues = z.prettifyError(parsed.error);
  throw new HttpError(`${complaint} ${expected}: ${issues}\nIt begins: ${text.slice(0, 200)}`);
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}

/**
 * An HTTP request that failed for good; the message names the address, the status and the server's
 * words.
 */
export class HttpError extends Error {
  override readonly name = "HttpError";
  /** HTTP status; undefined if no response came, or one of another form. */
  readonly status: number | undefined;

  constructor(message: string, options?: ErrorOptions & { status?: number }) {
    super(message, options);
    this.status = options?.status;
  }
}
