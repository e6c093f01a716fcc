import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ApiClient } from "../../src/training/api-client.js";
import { SamplingClient } from "../../src/training/sampling-client.js";
import { TrainingClient } from "../../src/training/training-client.js";
import { TrainingService } from "../../src/training/training-service.js";

let server: Server | undefined;

/** A server on loopback whose every future has the same result. */
async function serve(result: unknown) {
  const seen: string[] = [];
  server = createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const answer = request.url === "/api/v1/retrieve_future" ? result : { request_id: "1" };
    request.resume().on("end", () => response.end(JSON.stringify(answer)));
  });
  await new Promise<void>(resolve => server!.listen(0, "127.0.0.1", resolve));
  const api = new ApiClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  return { api, seen };
}

afterEach(async () => {
  server?.closeAllConnections();
  await new Promise(resolve => (server ? server.close(resolve) : resolve(undefined)));
  server = undefined;
});

it("fails when the server samples another number of completions", async () => {
  const sequence = { tokens: [3], logprobs: [-1], stop_reason: "stop" };
  const { api } = await serve({ sequences: [sequence] });
  const request = { prompt: [1], params: { max_tokens: 1, temperature: 1, stop: [] } };
  expect(await new SamplingClient(api, "s").sample({ ...request, numSamples: 1 })).toHaveLength(1);
  await expect(new SamplingClient(api, "s").sample({ ...request, numSamples: 2 })).rejects.toMatchObject({
    kind: "protocol",
    message: "asample returned 1 sequences, 2 were requested",
  });
});

describe("SamplingClient.logprobs", () => {
  const answer = (prompt_logprobs?: (number | null)[]) => ({
    sequences: [{ tokens: [3], logprobs: [-1], stop_reason: "length" }],
    prompt_logprobs,
  });

  it.each([
    ["null for", [null, -1, -2]],
    ["nothing for", [-1, -2]],
  ])("aligns with the tokens when the server answers %s the first", async (_, values) => {
    const { api } = await serve(answer(values));
    expect(await new SamplingClient(api, "s").logprobs([5, 6, 7])).toEqual([Number.NaN, -1, -2]);
  });

  it.each([
    ["none", undefined],
    ["too few", [-1]],
    ["too many", [null, -1, -2, -3]],
  ])("fails when the server answers %s", async (_, values) => {
    const { api } = await serve(answer(values));
    await expect(new SamplingClient(api, "s").logprobs([5, 6, 7])).rejects.toMatchObject({
      kind: "protocol",
    });
  });
});

it("reads metrics that come under a domain by their plain names", async () => {
  const { api } = await serve({ metrics: { "example.org/grad_norm": 2, "loss:sum": 1, "a/b": 3 } });
  const adam = { learning_rate: 1, beta1: 0, beta2: 0, eps: 1, weight_decay: 0, grad_clip_norm: 0 };
  expect(await new TrainingClient(api, "m").optimStep(adam)).toEqual({
    grad_norm: 2,
    "loss:sum": 1,
    "a/b": 3,
  });
});

it("deletes checkpoints by run, kind and name, also when the path names no kind", async () => {
  const { api, seen } = await serve({});
  const service = new TrainingService({ api, sessionId: "s", baseModel: "b" });
  await service.deleteCheckpoint("tinker://run/weights/a");
  await service.deleteCheckpoint("tinker://run/b");
  await service.close();
  expect(seen).toEqual([
    "DELETE /api/v1/training_runs/run/checkpoints/weights/a",
    "DELETE /api/v1/training_runs/run/checkpoints/sampler_weights/b",
    "POST /api/v1/sessions/s/finish",
  ]);
});

it("says that training may have diverged where a figure is null", async () => {
  const { api } = await serve({ loss_fn_outputs: [], metrics: { "loss:sum": null } });
  await expect(new TrainingClient(api, "m").forward([])).rejects.toMatchObject({
    kind: "protocol",
    message: expect.stringContaining("loss:sum: not a finite number: has training diverged?"),
  });
});

it("unloads what models are left when it is closed, also after its signal has ended all else", async () => {
  const { api, seen } = await serve({ model_id: "m" });
  const controller = new AbortController();
  const { signal } = controller;
  const service = new TrainingService({ api, sessionId: "s", baseModel: "b", signal });
  await service.createModel({ rank: 1 });
  const unloaded = await service.createModel({ rank: 1 });
  await unloaded.unload();
  seen.length = 0;
  await service.createModel({ rank: 1 });
  controller.abort();
  await service.close();
  expect(seen.slice(2)).toEqual(["POST /api/v1/unload_model", "POST /api/v1/sessions/s/finish"]);
});
