import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { Agent, type Dispatcher, request } from "undici";
import type { z } from "zod";
import { notebookKernel } from "../util/notebook-kernel.js";
import { retryAfter } from "../util/retrying-fetch.js";
import { untilStopped } from "../util/stop-signal.js";
import { TrainingError } from "./training-error.js";
import { emptyResultSchema, errorBodySchema, requestAcceptedSchema, tryAgainSchema } from "./wire.js";

export interface ApiClientParams {
  /** Root of the server, e.g. "http://127.0.0.1:8000". */
  baseUrl: string;
  /** Sent as `X-API-Key`. */
  apiKey?: string;
  /** How often a request is tried again after a broken connection, 5 minutes without an answer, 408, 429 or 5xx. */
  maxRetries?: number;
  /** Requests under way at once; more wait their turn. */
  maxConcurrency?: number;
  /** Ends every request of this client. */
  signal?: AbortSignal;
  /** Replaces the connections, e.g. by a proxy's. */
  dispatcher?: Dispatcher;
}

/** HTTP to a training server: one place for retries, futures, limits, keys and errors. */
export class ApiClient {
  readonly baseUrl: string;
  /** What went over the wire so far, for progress and overhead reports. */
  readonly traffic = { requests: 0, bytesOut: 0, bytesIn: 0, tokensSampled: 0, tokensTrained: 0 };
  private readonly headers: Record<string, string>;
  private readonly maxRetries: number;
  private readonly maxConcurrency: number;
  private readonly closing = new AbortController();
  private readonly signal: AbortSignal;
  private readonly dispatcher: Dispatcher;
  private readonly ownsDispatcher: boolean;
  /** Where stopping a cell ends the requests that it waits for. */
  private readonly isInNotebook = notebookKernel() !== undefined;
  private active = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(params: ApiClientParams) {
    this.baseUrl = params.baseUrl.replace(/\/+$/, "");
    if (!/^https?:\/\/./.test(this.baseUrl) || !URL.canParse(this.baseUrl)) {
      throw new TrainingError(
        "unreachable",
        `"${params.baseUrl}" is no address of a training server; expected one like http://127.0.0.1:8000`,
      );
    }
    this.headers = {
      "content-type": "application/json",
      ...(params.apiKey && { "x-api-key": params.apiKey }),
    };
    this.maxRetries = params.maxRetries ?? 6;
    this.maxConcurrency = params.maxConcurrency ?? 128;
    const closed = this.closing.signal;
    this.signal = params.signal ? AbortSignal.any([params.signal, closed]) : closed;
    // Every request under way listens to it; Node 20 takes more than ten for a leak.
    setMaxListeners(0, this.signal);
    this.ownsDispatcher = !params.dispatcher;
    // Long polls are answered after up to a minute; the agent gives up a request after 5. undici's request, not fetch: a
    // step of SOAR is thousands of small requests, and fetch costs three times as much a request.
    this.dispatcher = params.dispatcher ?? new Agent({ connections: this.maxConcurrency });
  }

  /** Sends `body` and returns the checked answer. */
  async post<T extends z.ZodType>(
    path: string,
    body: object,
    schema: T,
    signal?: AbortSignal,
  ): Promise<z.infer<T>> {
    return this.check(path, await this.send("POST", path, body, signal), schema);
  }

  /** Fetches `path` and returns the checked answer. */
  async get<T extends z.ZodType>(path: string, schema: T, signal?: AbortSignal): Promise<z.infer<T>> {
    return this.check(path, await this.send("GET", path, undefined, signal), schema);
  }

  /** Deletes `path`; that it is already gone is no error. */
  async delete(path: string): Promise<void> {
    try {
      await this.send("DELETE", path);
    } catch (error) {
      if (!(error instanceof TrainingError && error.status === 404)) throw error;
    }
  }

  /** Sends a request whose answer is a future, and returns the id to ask for its result with. */
  async submit(path: string, body: object, signal?: AbortSignal): Promise<string> {
    return (await this.post(path, body, requestAcceptedSchema, signal)).request_id;
  }

  /** Waits for the result of a future. */
  async result<T extends z.ZodType>(
    path: string,
    requestId: string,
    schema: T,
    signal?: AbortSignal,
  ): Promise<z.infer<T>> {
    for (;;) {
      const body = { request_id: requestId };
      const answer = await this.send("POST", "/api/v1/retrieve_future", body, signal, path);
      if (answer !== stillRunning) return this.check(path, answer, schema);
    }
  }

  /** Ends the client's connections, and with them every request under way or waiting to be tried again. */
  async close(): Promise<void> {
    this.closing.abort(new TrainingError("unreachable", `the client of ${this.baseUrl} was closed`));
    if (this.ownsDispatcher) await this.dispatcher.destroy();
  }

  private check<T extends z.ZodType>(path: string, answer: unknown, schema: T): z.infer<T> {
    // Servers that answer 200 to a failed future say so in the body.
    const failure = emptyResultSchema.safeParse(answer);
    if (failure.success && typeof failure.data.error === "string" && "category" in failure.data) {
      throw new TrainingError("failed", `${this.baseUrl}${path}: ${failure.data.error}`);
    }
    const parsed = schema.safeParse(answer);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0]!;
    const where = issue.path.length ? issue.path.join(".") : "the answer";
    throw new TrainingError(
      "protocol",
      `${this.baseUrl}${path} answered something else than the API promises: ${where}: ${issue.message}`,
    );
  }

  private async send(
    method: "GET" | "POST" | "DELETE",
    path: string,
    body?: object,
    signal?: AbortSignal,
    /** Of a request for a future's result: the call that the future is of. */
    pollOf?: string,
  ): Promise<unknown> {
    const url = this.baseUrl + path;
    const isPoll = pollOf !== undefined;
    const text = body && JSON.stringify(body);
    const until = this.isInNotebook ? untilStopped(signal) : signal;
    const abort = until ? AbortSignal.any([this.signal, until]) : this.signal;
    for (let attempt = 0; ; attempt++) {
      abort.throwIfAborted();
      let failure: TrainingError;
      let wait = Math.min(4000, 100 * 2 ** attempt);
      await this.enter();
      try {
        const { headers, dispatcher } = this;
        const response = await request(url, { method, headers, body: text, signal: abort, dispatcher });
        const status = response.statusCode;
        const answer = await response.body.text();
        this.traffic.requests++;
        this.traffic.bytesOut += text?.length ?? 0;
        this.traffic.bytesIn += answer.length;
        if (isPoll && status === 408) return stillRunning;
        if (status < 300) {
          const value = answer === "" ? {} : parseJson(url, answer);
          return isPoll && tryAgainSchema.safeParse(value).success ? stillRunning : value;
        }
        failure = fromResponse(this.baseUrl + (pollOf ?? path), status, answer, isPoll);
        if (!retryable(status)) throw failure;
        wait = retryAfter(response.headers["retry-after"]?.toString()) ?? wait;
      } catch (error) {
        if (error instanceof TrainingError) throw error;
        abort.throwIfAborted();
        failure = new TrainingError(
          "unreachable",
          `no training server answers at ${url}: ${rootCause(error)}`,
          undefined,
          { cause: error },
        );
      } finally {
        this.leave();
      }
      if (attempt >= this.maxRetries) throw failure;
      // Rejects only where it was aborted, which the next round says with the signal's reason.
      await sleep(wait, undefined, { signal: abort }).catch(() => {});
    }
  }

  private async enter(): Promise<void> {
    // A leaving request hands its place over, so `active` only changes when nobody waits.
    if (this.active < this.maxConcurrency) this.active++;
    else await new Promise<void>(resolve => this.waiting.push(resolve));
  }

  private leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.active--;
  }
}

const stillRunning = Symbol("the future has no result yet");

function retryable(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

function fromResponse(url: string, status: number, answer: string, isPoll: boolean): TrainingError {
  const detail = readDetail(answer);
  if (status === 401 || status === 403) {
    const message = `${url}: the server refused the API key (${status}): ${detail}`;
    return new TrainingError("unauthorized", message, status);
  }
  const kind = retryable(status) ? "unavailable" : isPoll && status === 400 ? "failed" : "rejected";
  return new TrainingError(kind, `${url}: ${status}: ${detail}`, status);
}

/** The server's reason in one line: FastAPI's list of field errors, a plain `detail`, or the body itself. */
function readDetail(answer: string): string {
  let body: unknown;
  try {
    body = JSON.parse(answer);
  } catch {
    return answer.slice(0, 500) || "no reason given";
  }
  const parsed = errorBodySchema.safeParse(body);
  if (!parsed.success) return answer.slice(0, 500);
  const { detail } = parsed.data;
  if (!Array.isArray(detail)) {
    return (typeof detail === "string" ? detail : JSON.stringify(detail)).slice(0, 2000);
  }
  return detail
    .map(issue => `${[issue?.loc ?? []].flat().join(".")}: ${issue?.msg ?? JSON.stringify(issue)}`)
    .join("; ");
}

function parseJson(url: string, answer: string): unknown {
  try {
    return JSON.parse(answer);
  } catch (error) {
    throw new TrainingError("protocol", `${url} answered no JSON: ${answer.slice(0, 200)}`, undefined, {
      cause: error,
    });
  }
}

function rootCause(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error
    ? cause.message || ("code" in cause ? String(cause.code) : cause.name)
    : String(cause);
}
