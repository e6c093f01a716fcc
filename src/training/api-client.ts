import { setMaxListeners } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { Agent, type Dispatcher, request } from "undici";
import { z } from "zod";
import { notebookKernel } from "../util/notebook-kernel.js";
import { retryAfter } from "../util/retrying-fetch.js";
import { untilStopped } from "../util/stop-signal.js";
import { decodeAnswer } from "./protobuf/decode-answer.js";
import { encodeForwardBackward } from "./protobuf/encode-forward-backward.js";
import { TrainingError } from "./training-error.js";
import {
  emptyResultSchema,
  errorBodySchema,
  type ForwardBackwardBody,
  requestAcceptedSchema,
  tryAgainSchema,
} from "./wire.js";
import { zstd } from "./zstd.js";

export interface ApiClientParams {
  /** Root of the server, e.g. "http://127.0.0.1:8000". */
  baseUrl: string;
  /** Sent as `X-API-Key`. */
  apiKey?: string;
  /** How often a request is retried after a broken connection, 5 minutes without an answer, 408, 429 or 5xx. */
  maxRetries?: number;
  /** Concurrent requests; further ones wait. */
  maxConcurrency?: number;
  /** Longest wait for one result, in ms; then the request fails. Default 6 hours. */
  resultTimeoutMs?: number;
  /** Called with the pending call if no result has come for 30 s, and again after 1 minute, 2 minutes, and so on. */
  onWait?: (notice: string) => void;
  /** Ends every request of this client. */
  signal?: AbortSignal;
  /** Replaces the connections, e.g. by a proxy's. */
  dispatcher?: Dispatcher;
}

/** What a request carries. */
interface Payload {
  data: string | Uint8Array;
  headers: Record<string, string>;
}

interface SendParams {
  method: "GET" | "POST" | "DELETE";
  path: string;
  payload?: Payload;
  signal?: AbortSignal;
  /** Of a request for a future's result: the call that the future is of. */
  pollOf?: string;
  /** Default: as the client. */
  maxRetries?: number;
  /** Whether the request may be sent again when its answer was lost, so that the server may carry it out twice. */
  mayRepeat?: boolean;
}

/** HTTP to a training server: the only place for retries, futures, limits, keys and errors. */
export class ApiClient {
  readonly baseUrl: string;
  /** Network traffic so far, for progress and overhead reports. */
  readonly traffic = { requests: 0, bytesOut: 0, bytesIn: 0, tokensSampled: 0, tokensTrained: 0 };
  /** How forward and forward_backward are sent: JSON, until the server asks for protocol buffers. */
  wire: "json" | "protobuf" = "json";
  private readonly headers: Record<string, string>;
  private readonly maxRetries: number;
  private readonly maxConcurrency: number;
  private readonly resultTimeoutMs: number;
  private readonly closing = new AbortController();
  private readonly signal: AbortSignal;
  private readonly dispatcher: Dispatcher;
  private readonly ownsDispatcher: boolean;
  /** Whether this runs in a notebook, where stopping a cell ends the requests that it waits for. */
  private readonly isInNotebook = notebookKernel() !== undefined;
  private active = 0;
  private readonly waiting: (() => void)[] = [];
  private readonly pending: PendingResults | undefined;
  /** Whether the server wants large bodies compressed; asked when it wants protocol buffers. */
  private compresses: Promise<boolean> | undefined;

  constructor(params: ApiClientParams) {
    this.baseUrl = params.baseUrl.replace(/\/+$/, "");
    if (!/^https?:\/\/./.test(this.baseUrl) || !URL.canParse(this.baseUrl)) {
      throw new TrainingError(
        "unreachable",
        `"${params.baseUrl}" is no address of a training server; expected one like http://127.0.0.1:8000`,
      );
    }
    this.headers = {
      "accept-encoding": zstd ? "gzip, zstd" : "gzip",
      ...(params.apiKey && { "x-api-key": params.apiKey }),
    };
    this.maxRetries = params.maxRetries ?? 6;
    this.maxConcurrency = params.maxConcurrency ?? 128;
    this.resultTimeoutMs = params.resultTimeoutMs ?? 6 * 3_600_000;
    this.pending = params.onWait && new PendingResults(this.baseUrl, params.onWait);
    const closed = this.closing.signal;
    this.signal = params.signal ? AbortSignal.any([params.signal, closed]) : closed;
    // Every request under way listens to it; Node 20 takes more than ten for a leak.
    setMaxListeners(0, this.signal);
    this.ownsDispatcher = !params.dispatcher;
    // Some servers hold a poll for 5 minutes. undici's request, not fetch: a step of SOAR is thousands of small requests,
    // and fetch costs three times as much a request.
    this.dispatcher =
      params.dispatcher ?? new Agent({ connections: this.maxConcurrency, headersTimeout: 330_000 });
  }

  /** Sends `body` and returns the checked answer. */
  async post<T extends z.ZodType>(
    path: string,
    body: object,
    schema: T,
    signal?: AbortSignal,
  ): Promise<z.infer<T>> {
    return this.check(path, await this.send({ method: "POST", path, payload: json(body), signal }), schema);
  }

  /** Fetches `path` and returns the checked answer. */
  async get<T extends z.ZodType>(path: string, schema: T, signal?: AbortSignal): Promise<z.infer<T>> {
    return this.check(path, await this.send({ method: "GET", path, signal }), schema);
  }

  /** Deletes `path`. Returns whether there was such a thing, as far as the server says. */
  async delete(path: string): Promise<boolean> {
    try {
      await this.send({ method: "DELETE", path });
      return true;
    } catch (error) {
      if (error instanceof TrainingError && error.status === 404) return false;
      throw error;
    }
  }

  /**
   * Sends a request whose answer is a future, and returns the id to ask for its result with.
   * @param mayRepeat whether it may be sent again when its answer was lost
   */
  async submit(path: string, body: object, signal?: AbortSignal, mayRepeat = true): Promise<string> {
    const accepted = await this.send({ method: "POST", path, payload: json(body), signal, mayRepeat });
    return this.check(path, accepted, requestAcceptedSchema).request_id;
  }

  /** `submit` for forward and forward_backward, in the form that the server wants. */
  async submitPass(
    path: string,
    body: ForwardBackwardBody,
    signal?: AbortSignal,
    mayRepeat = true,
  ): Promise<string> {
    if (this.wire === "json") {
      try {
        return await this.submit(path, body, signal, mayRepeat);
      } catch (error) {
        if (!(error instanceof TrainingError && error.status === 415)) throw error;
        this.wire = "protobuf";
      }
    }
    this.compresses ??= this.wantsCompression(signal);
    const isCompressed = zstd !== undefined && (await this.compresses);
    const message = encodeForwardBackward(body);
    const payload = {
      data: isCompressed ? zstd!.compress(message) : message,
      headers: { "content-type": protobufType, ...(isCompressed && { "content-encoding": "zstd" }) },
    };
    const pass = "/api/v1/forward_backward";
    const accepted = await this.send({ method: "POST", path: pass, payload, signal, mayRepeat });
    return this.check(path, accepted, requestAcceptedSchema).request_id;
  }

  /**
   * Waits for the result of a future.
   * @throws TrainingError of kind "unavailable" after the client's longest wait
   */
  async result<T extends z.ZodType>(
    path: string,
    requestId: string,
    schema: T,
    signal?: AbortSignal,
  ): Promise<z.infer<T>> {
    const started = performance.now();
    const done = this.pending?.add(path);
    const payload = json({ request_id: requestId });
    let pause = 0;
    try {
      for (;;) {
        const asked = performance.now();
        const answer = await this.send({
          method: "POST",
          path: "/api/v1/retrieve_future",
          payload,
          signal,
          pollOf: path,
        });
        if (answer !== stillRunning) return this.check(path, answer, schema);
        const now = performance.now();
        if (now - started > this.resultTimeoutMs) {
          const hours = Number((this.resultTimeoutMs / 3_600_000).toPrecision(2));
          throw new TrainingError("unavailable", `${this.baseUrl}${path}: no result after ${hours} h`);
        }
        // A server that holds a poll paces its client; one that answers at once is asked less and less often.
        pause = now - asked < 1000 ? Math.min(2000, Math.max(10, pause * 1.5)) : 0;
        if (pause > 0) await this.sleep(pause, signal);
      }
    } finally {
      done?.();
    }
  }

  /** Tells the server what is no longer needed, even after the client's signal was aborted. There are no retries. */
  async release(path: string, body: object, signal: AbortSignal): Promise<void> {
    const { headers, dispatcher } = this;
    const response = await request(this.baseUrl + path, {
      method: "POST",
      headers: { ...headers, ...jsonHeaders },
      body: JSON.stringify(body),
      signal,
      dispatcher,
    });
    await response.body.dump();
  }

  /** Closes the client's connections, and ends every request that is active or waiting for a retry. */
  async close(): Promise<void> {
    this.pending?.close();
    this.closing.abort(new TrainingError("unreachable", `the client of ${this.baseUrl} was closed`));
    if (this.ownsDispatcher) await this.dispatcher.destroy();
  }

  private async wantsCompression(signal?: AbortSignal): Promise<boolean> {
    const schema = z.object({ proto_compress_fwdbwd: z.boolean().default(false) });
    const asked = this.post("/api/v1/client/config", { sdk_version: "soarlab" }, schema, signal);
    return asked.then(
      config => config.proto_compress_fwdbwd,
      () => false,
    );
  }

  /** Rejects with the signal's reason if it was aborted. */
  private async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const abort = this.abortedBy(signal);
    await sleep(ms, undefined, { signal: abort }).catch(() => {});
    abort.throwIfAborted();
  }

  private abortedBy(signal?: AbortSignal): AbortSignal {
    return signal ? AbortSignal.any([this.signal, signal]) : this.signal;
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

  private async send({ method, path, payload, signal, pollOf, ...params }: SendParams): Promise<unknown> {
    const { maxRetries = this.maxRetries, mayRepeat = true } = params;
    const url = this.baseUrl + path;
    const isPoll = pollOf !== undefined;
    const abort = this.abortedBy(this.isInNotebook ? untilStopped(signal) : signal);
    const headers = { ...this.headers, ...payload?.headers };
    for (let attempt = 0; ; attempt++) {
      abort.throwIfAborted();
      let failure: TrainingError;
      let wait = Math.min(4000, 100 * 2 ** attempt);
      await this.enter();
      try {
        const { dispatcher } = this;
        const response = await request(url, {
          method,
          headers,
          body: payload?.data,
          signal: abort,
          dispatcher,
        });
        const status = response.statusCode;
        const bytes = new Uint8Array(await response.body.arrayBuffer());
        this.traffic.requests++;
        this.traffic.bytesOut += payload?.data.length ?? 0;
        this.traffic.bytesIn += bytes.length;
        if (isPoll && status === 408) return stillRunning;
        const body = decompress(url, bytes, response.headers["content-encoding"]?.toString());
        if (status < 300) {
          if (pollOf && response.headers["content-type"]?.includes(protobufType)) {
            return parseProtobuf(pollOf, url, body);
          }
          const value = parseJson(url, body);
          return isPoll && tryAgainSchema.safeParse(value).success ? stillRunning : value;
        }
        failure = fromResponse(this.baseUrl + (pollOf ?? path), status, text(body), isPoll);
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
        if (!mayRepeat && !isNeverSent(error)) {
          failure.message += "; it is not sent again, because this engine would carry it out twice";
          throw failure;
        }
      } finally {
        this.leave();
      }
      if (attempt >= maxRetries) throw failure;
      // Rejects only if it was aborted, which the next round reports with the signal's reason.
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

const protobufType = "application/x-protobuf";
const jsonHeaders = { "content-type": "application/json" };

function json(body: object): Payload {
  return { data: JSON.stringify(body), headers: jsonHeaders };
}

/** The results that a client waits for, and the notices if none comes. */
class PendingResults {
  private readonly paths = new Map<symbol, string>();
  private quietSince = 0;
  private nextNotice = firstNoticeMs;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly baseUrl: string,
    private readonly onWait: (notice: string) => void,
  ) {
    this.timer = setInterval(() => this.check(), 1000);
    this.timer.unref();
  }

  /** Counts a result as pending; returns the function to call when it has come. */
  add(path: string): () => void {
    const key = Symbol(path);
    if (this.paths.size === 0) this.rest();
    this.paths.set(key, path.slice(path.lastIndexOf("/") + 1));
    return () => {
      this.paths.delete(key);
      this.rest();
    };
  }

  close(): void {
    clearInterval(this.timer);
  }

  private rest(): void {
    this.quietSince = performance.now();
    this.nextNotice = firstNoticeMs;
  }

  private check(): void {
    const quiet = performance.now() - this.quietSince;
    if (this.paths.size === 0 || quiet < this.nextNotice) return;
    this.nextNotice *= 2;
    const counts = new Map<string, number>();
    for (const call of this.paths.values()) counts.set(call, (counts.get(call) ?? 0) + 1);
    const calls = [...counts].map(([call, count]) => `${count} ${call}`).join(", ");
    this.onWait(`${this.baseUrl}: no result for ${Math.round(quiet / 1000)} s; waiting for ${calls}`);
  }
}

const firstNoticeMs = 30_000;

/** Whether a request failed before any of it reached the server. */
function isNeverSent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"].includes(String(code));
}

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

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function decompress(url: string, bytes: Uint8Array, encoding = "identity"): Uint8Array {
  if (bytes.length === 0 || encoding === "identity") return bytes;
  const decode = { gzip: gunzipSync, zstd: zstd?.decompress }[encoding];
  if (!decode) throw new TrainingError("protocol", `${url} answered in an unknown encoding: ${encoding}`);
  try {
    return decode(bytes);
  } catch (cause) {
    throw new TrainingError("protocol", `${url} answered no valid ${encoding}`, undefined, { cause });
  }
}

function parseJson(url: string, bytes: Uint8Array): unknown {
  const answer = text(bytes);
  if (answer === "") return {};
  try {
    return JSON.parse(answer);
  } catch (error) {
    throw new TrainingError("protocol", `${url} answered no JSON: ${answer.slice(0, 200)}`, undefined, {
      cause: error,
    });
  }
}

function parseProtobuf(path: string, url: string, bytes: Uint8Array): unknown {
  try {
    return decodeAnswer(path, bytes);
  } catch (cause) {
    const reason = (cause as Error).message;
    throw new TrainingError(
      "protocol",
      `${url} answered no valid protocol buffer for ${path}: ${reason}`,
      undefined,
      {
        cause,
      },
    );
  }
}

function rootCause(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error
    ? cause.message || ("code" in cause ? String(cause.code) : cause.name)
    : String(cause);
}
