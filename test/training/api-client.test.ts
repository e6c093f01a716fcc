import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { ApiClient } from "../../src/training/api-client.js";
import { connect } from "../../src/training/connect.js";
import { TrainingError } from "../../src/training/training-error.js";
import { zstd } from "../../src/training/zstd.js";

const okSchema = z.object({ ok: z.literal(true) });

let server: Server | undefined;

/** A real HTTP server on loopback that answers request number i with the i-th answer, and the last one from then on. */
async function serve(...answers: ((request: IncomingMessage, response: ServerResponse) => void)[]) {
  const seen: { path: string; key: string | undefined }[] = [];
  server = createServer((request, response) => {
    const answer = answers[Math.min(seen.length, answers.length - 1)]!;
    seen.push({ path: request.url!, key: request.headers["x-api-key"] as string | undefined });
    request.resume().on("end", () => answer(request, response));
  });
  await new Promise<void>(resolve => server!.listen(0, "127.0.0.1", resolve));
  return { seen, baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const json =
  (status: number, body: unknown, headers = {}) =>
  (_: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  };
const ok = json(200, { ok: true });
const hangUp = (request: IncomingMessage) => request.socket.destroy();

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

describe("connect", () => {
  it("gives up a server that takes the request and never answers", async () => {
    const { baseUrl } = await serve(() => {});
    await expect(connect({ baseUrl, timeoutMs: 50 })).rejects.toMatchObject({
      kind: "unreachable",
      message: `the server at ${baseUrl} did not answer in 0.05 s`,
    });
  });

  it("says that a server offers no such model", async () => {
    const { baseUrl } = await serve(json(200, { supported_models: [{ model_name: "a" }] }));
    await expect(connect({ baseUrl, baseModel: "b" })).rejects.toThrow(/not offer the model b; it offers a/);
  });

  it("stops with the caller's reason", async () => {
    const { baseUrl } = await serve(() => {});
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(connect({ baseUrl, signal })).rejects.toThrow("enough");
  });
});

describe("ApiClient", () => {
  it("sends the key and checks the answer", async () => {
    const { seen, baseUrl } = await serve(ok);
    const api = new ApiClient({ baseUrl: `${baseUrl}/`, apiKey: "secret" });
    expect(await api.post("/api/v1/x", {}, okSchema)).toEqual({ ok: true });
    expect(seen).toEqual([{ path: "/api/v1/x", key: "secret" }]);
  });

  it("tries again after 5xx, 429 and broken connections", async () => {
    const { seen, baseUrl } = await serve(
      json(503, { detail: "starting" }),
      json(429, { detail: "slow down" }, { "retry-after": "0.01" }),
      hangUp,
      ok,
    );
    expect(await new ApiClient({ baseUrl }).post("/x", {}, okSchema)).toEqual({ ok: true });
    expect(seen).toHaveLength(4);
  });

  it("polls a future that is still running for as long as it takes", async () => {
    const running = json(408, { detail: "not yet" });
    const { seen, baseUrl } = await serve(...Array.from({ length: 12 }, () => running), ok);
    expect(await new ApiClient({ baseUrl, maxRetries: 0 }).result("/x", "r1", okSchema)).toEqual({
      ok: true,
    });
    expect(seen).toHaveLength(13);
  });

  it("asks a server that answers at once that there is no result yet less and less often, and not for ever", async () => {
    const { seen, baseUrl } = await serve(json(408, { detail: "not yet" }));
    const api = new ApiClient({ baseUrl, resultTimeoutMs: 1000 });
    await expect(api.result("/api/v1/asample", "r1", okSchema)).rejects.toMatchObject({
      kind: "unavailable",
      message: `${baseUrl}/api/v1/asample: no result after 0.00028 h`,
    });
    expect(seen.length).toBeLessThan(20);
  });

  it("says what it waits for after 30 s without any result", async () => {
    const { baseUrl } = await serve(() => {});
    vi.useFakeTimers({ toFake: ["setInterval", "performance"] });
    const notices: string[] = [];
    const api = new ApiClient({ baseUrl, onWait: notice => notices.push(notice) });
    const results = ["asample", "asample", "optim_step"].map(call =>
      api.result(`/api/v1/${call}`, "r1", okSchema).catch(() => {}),
    );
    await vi.advanceTimersByTimeAsync(29_000);
    expect(notices).toEqual([]);
    await vi.advanceTimersByTimeAsync(100_000);
    await api.close();
    await Promise.all(results);
    vi.useRealTimers();
    const calls = "waiting for 2 asample, 1 optim_step";
    expect(notices).toEqual([30, 60, 120].map(s => `${baseUrl}: no result for ${s} s; ${calls}`));
  });

  it.each(zstd ? ["gzip", "zstd"] : ["gzip"])("reads answers in %s", async encoding => {
    const compress = encoding === "gzip" ? gzipSync : zstd!.compress;
    const { baseUrl } = await serve((request, response) => {
      expect(request.headers["accept-encoding"]).toContain(encoding);
      response.writeHead(200, { "content-encoding": encoding }).end(compress(Buffer.from('{"ok":true}')));
    });
    expect(await new ApiClient({ baseUrl }).get("/x", okSchema)).toEqual({ ok: true });
  });

  it("names an answer that is not what its encoding says", async () => {
    const { baseUrl } = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).end("plain");
    });
    await expect(new ApiClient({ baseUrl }).get("/x", okSchema)).rejects.toMatchObject({
      kind: "protocol",
      message: `${baseUrl}/x answered no valid gzip`,
    });
  });

  it("sends what an engine would carry out twice only once, unless it never got there", async () => {
    const { seen, baseUrl } = await serve(hangUp, json(200, { request_id: "r" }));
    const api = new ApiClient({ baseUrl });
    await expect(api.submit("/x", {}, undefined, false)).rejects.toThrow(/not sent again/);
    expect(seen).toHaveLength(1);
    expect(await api.submit("/x", {}, undefined, false)).toBe("r");
  });

  it("takes a try_again for a future that is still running", async () => {
    const again = json(200, { type: "try_again", request_id: "r1", queue_state: "paused_capacity" });
    const { seen, baseUrl } = await serve(again, again, ok);
    expect(await new ApiClient({ baseUrl }).result("/x", "r1", okSchema)).toEqual({ ok: true });
    expect(seen).toHaveLength(3);
  });

  it("says which fields the server found wrong", async () => {
    const { baseUrl } = await serve(
      json(422, { detail: [{ loc: ["body", "adam_params", "beta1"], msg: "must be < 1" }] }),
    );
    await expect(new ApiClient({ baseUrl }).post("/optim_step", {}, okSchema)).rejects.toMatchObject({
      kind: "rejected",
      status: 422,
      message: `${baseUrl}/optim_step: 422: body.adam_params.beta1: must be < 1`,
    });
  });

  it("tells a failed future from a rejected request", async () => {
    const { baseUrl } = await serve(json(400, { detail: "out of memory" }));
    const api = new ApiClient({ baseUrl });
    await expect(api.result("/forward_backward", "r1", okSchema)).rejects.toMatchObject({
      kind: "failed",
      message: `${baseUrl}/forward_backward: 400: out of memory`,
    });
    await expect(api.post("/forward_backward", {}, okSchema)).rejects.toMatchObject({ kind: "rejected" });
  });

  it.each([
    ["unauthorized", json(401, { detail: "bad key" }), "refused the API key"],
    ["protocol", json(200, { ok: "yes" }), "ok: Invalid input"],
    ["protocol", (_: IncomingMessage, response: ServerResponse) => response.end("<html>"), "no JSON: <html>"],
    ["unavailable", json(500, { detail: "broken" }), "500: broken"],
  ] as const)("fails with kind %s", async (kind, answer, message) => {
    const { baseUrl } = await serve(answer as never);
    const failure = new ApiClient({ baseUrl, maxRetries: 1 }).post("/x", {}, okSchema);
    await expect(failure).rejects.toBeInstanceOf(TrainingError);
    await expect(failure).rejects.toMatchObject({ kind, message: expect.stringContaining(message) });
  });

  it("names the address when nothing answers there", async () => {
    const { baseUrl } = await serve(ok);
    await new Promise(resolve => server!.close(resolve));
    await expect(new ApiClient({ baseUrl, maxRetries: 0 }).get("/x", okSchema)).rejects.toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining(`${baseUrl}/x`),
    });
  });

  it("keeps to its bound of requests under way", async () => {
    let active = 0;
    let most = 0;
    const { baseUrl } = await serve((_, response) => {
      most = Math.max(most, ++active);
      setTimeout(() => {
        active--;
        response.end('{"ok":true}');
      }, 5);
    });
    const api = new ApiClient({ baseUrl, maxConcurrency: 4 });
    await Promise.all(Array.from({ length: 40 }, () => api.get("/x", okSchema)));
    expect(most).toBeLessThanOrEqual(4);
    expect(most).toBeGreaterThan(1);
  });

  it("stops at once when aborted, also between retries", async () => {
    const { baseUrl } = await serve(json(503, { detail: "busy" }));
    const controller = new AbortController();
    const failure = new ApiClient({ baseUrl, maxRetries: 100 }).get("/x", okSchema, controller.signal);
    setTimeout(() => controller.abort(new Error("enough")), 50);
    await expect(failure).rejects.toThrow("enough");
  });

  it("ends what is under way, waiting its turn or between retries when it is closed", async () => {
    const { baseUrl, seen } = await serve(json(503, {}, { "retry-after": "60" }), () => {});
    const api = new ApiClient({ baseUrl, maxConcurrency: 1 });
    const failures = [1, 2, 3].map(() => api.get("/x", okSchema).catch(error => error.message));
    await vi.waitFor(() => expect(seen).toHaveLength(2));
    await api.close();
    expect(new Set(await Promise.all(failures))).toEqual(new Set([`the client of ${baseUrl} was closed`]));
  });

  it.each(["localhost:8000", "nonsense", "http://", "ftp://127.0.0.1"])("refuses the address %s", baseUrl => {
    expect(() => new ApiClient({ baseUrl })).toThrow(
      `"${baseUrl}" is no address of a training server; expected one like http://127.0.0.1:8000`,
    );
  });
});
