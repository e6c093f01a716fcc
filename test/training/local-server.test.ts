import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connect } from "../../src/training/connect.js";
import { policyDatum, supervisedDatum } from "../../src/training/datum.js";
import { loadTokenizer } from "../../src/training/load-tokenizer.js";
import { type LocalServer, startLocalServer } from "../../src/training/start-local-server.js";
import type { ModelTokenizer } from "../../src/training/tokenizer.js";
import type { TrainingService } from "../../src/training/training-service.js";
import { packageRoot } from "../../src/util/package-root.js";

const model = join(packageRoot, "data/gym-base");
const adam = { beta1: 0.9, beta2: 0.99, eps: 1e-8, weight_decay: 0, grad_clip_norm: 1 };

let server: LocalServer;
let service: TrainingService;
let tokenizer: ModelTokenizer;

beforeAll(async () => {
  server = await startLocalServer({ model, device: "cpu" });
  service = await connect({ baseUrl: server.url, apiKey: server.apiKey });
  tokenizer = await loadTokenizer({ model });
});

afterAll(async () => {
  await service?.close();
  await server?.stop();
});

describe("the client against the real server", () => {
  const prompt = () => tokenizer.encode("S: add a 3 +b 4 </question>");

  it("samples: the same seed gives the same tokens, and what it knows it knows", async () => {
    const sampler = await service.sampler();
    const params = { temperature: 1, max_tokens: 40, seed: 7, stop: tokenizer.endTokens };
    const request = { prompt: prompt(), numSamples: 4, params };
    const samples = await sampler.sample(request);
    expect(await sampler.sample(request)).toEqual(samples);
    expect(samples).toHaveLength(4);
    for (const { tokens, logprobs, stopReason } of samples) {
      expect(logprobs).toHaveLength(tokens.length);
      expect(stopReason).toBe("stop");
      expect(tokenizer.decode(tokens)).toContain("\\boxed{ a 3 +b 4 0 }");
    }
    const [cut] = await sampler.sample({ ...request, numSamples: 1, params: { ...params, max_tokens: 2 } });
    expect(cut).toMatchObject({ stopReason: "length" });
  });

  it("gives log-probabilities of a text that agree with those of sampling it", async () => {
    const sampler = await service.sampler();
    const params = { temperature: 1, max_tokens: 40, seed: 1, stop: tokenizer.endTokens };
    const [sample] = await sampler.sample({ prompt: prompt(), numSamples: 1, params });
    const logprobs = await sampler.logprobs([...prompt(), ...sample!.tokens]);
    expect(logprobs[0]).toBeNaN();
    for (const [i, logprob] of sample!.logprobs.entries()) {
      expect(logprobs[prompt().length + i]).toBeCloseTo(logprob, 4);
    }
  });

  it.each([0, 8])("trains at rank %i, saves, and goes on from what it saved", async rank => {
    const data = [supervisedDatum(prompt(), tokenizer.encode("a 3 +b 4 0"))];
    const params = { ...adam, learning_rate: rank === 0 ? 1e-3 : 1e-2 };
    const trained = await service.createModel({ rank, seed: 1 });
    const losses: number[] = [];
    for (let step = 0; step < 5; step++) {
      const [{ metrics }, optim] = await Promise.all([
        trained.forwardBackward(data, "cross_entropy"),
        trained.optimStep(params),
      ]);
      losses.push(metrics["loss:sum"]!);
      expect(optim.grad_norm).toBeGreaterThan(0);
    }
    expect(losses.at(-1)).toBeLessThan(losses[0]! * 0.7);

    const path = await trained.saveState("checkpoint");
    const loaded = await service.loadModel(path, { rank, optimizer: true });
    for (const model of [trained, loaded]) {
      await Promise.all([model.forwardBackward(data, "cross_entropy"), model.optimStep(params)]);
    }
    expect(await loaded.forward(data)).toEqual(await trained.forward(data));
    await service.deleteCheckpoint(path);
    await service.deleteCheckpoint(path);
    await expect(service.loadModel(path, { rank, optimizer: false })).rejects.toThrow(/no checkpoint/);
  });

  it("moves probability to what has a positive advantage", async () => {
    const model = await service.createModel({ rank: 0 });
    const [worked, boxed] = ["a 3 +b 4 0", "\\boxed{ a 3 +b 4 0 }"].map(tokenizer.encode) as [
      number[],
      number[],
    ];
    const sum = async (tokens: number[]) =>
      (await (await model.sampler()).logprobs([...prompt(), ...tokens]))
        .slice(prompt().length)
        .reduce((a, b) => a + b, 0);
    const before = [await sum(worked), await sum(boxed)] as const;
    const data = await Promise.all(
      [worked, boxed].map(async (tokens, i) => {
        const logprobs = (await (await service.sampler()).logprobs([...prompt(), ...tokens])).slice(
          prompt().length,
        );
        return policyDatum(
          prompt(),
          tokens,
          logprobs,
          tokens.map(() => (i === 0 ? 1 : -1)),
        );
      }),
    );
    await model.forwardBackward(data, "importance_sampling");
    await model.optimStep({ ...adam, learning_rate: 1e-3 });
    expect(await sum(worked)).toBeGreaterThan(before[0]);
    expect(await sum(boxed)).toBeLessThan(before[1]);
  });

  it("refuses a wrong key, an unknown model and wrong fields, each with its reason", async () => {
    await expect(connect({ baseUrl: server.url, apiKey: "wrong" })).rejects.toMatchObject({
      kind: "unauthorized",
    });
    await expect(connect({ baseUrl: server.url, apiKey: server.apiKey, baseModel: "other" })).rejects.toThrow(
      /does not offer the model other; it offers gym-base/,
    );
    const trained = await service.createModel({ rank: 0 });
    await expect(trained.optimStep({ ...adam, beta1: 2, learning_rate: 1 })).rejects.toMatchObject({
      status: 422,
    });
  });
});

describe("startLocalServer", () => {
  /** Stands in for Python: runs a shell script instead of the server. */
  async function fakePython(script: string): Promise<string> {
    const path = join(await mkdtemp(join(tmpdir(), "soarlab-python-")), "python");
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  }

  it("waits as long as the server says something, and not for a silent one", async () => {
    const slow = 'for i in 1 2 3 4 5 6; do echo "downloading" >&2; sleep 0.5; done';
    const ready = '{"event":"ready","url":"http://127.0.0.1:1"}';
    const python = await fakePython(`${slow}; echo '${ready}'; exec sleep 100`);
    const { url, stop } = await startLocalServer({ model, python, timeoutMs: 2000 });
    await stop();
    expect(url).toBe("http://127.0.0.1:1");
    const silent = await fakePython("exec sleep 100");
    await expect(startLocalServer({ model, python: silent, timeoutMs: 100 })).rejects.toThrow(
      "the training server was not ready, and silent for 0.1 s",
    );
  });

  it("keeps checkpoints in a folder that goes with it, unless told where", async () => {
    let log = "";
    const own = await startLocalServer({ model, device: "cpu", onLog: line => (log += line) });
    const folder = /\S*soarlab-checkpoints-\w+/.exec(log)?.[0];
    expect(folder && existsSync(folder)).toBe(true);
    await own.stop();
    expect(existsSync(folder!)).toBe(false);
  });

  it("says why a server did not come up", async () => {
    const empty = await mkdtemp(join(tmpdir(), "soarlab-empty-"));
    await expect(startLocalServer({ model: empty, device: "cpu" })).rejects.toThrow(
      /before it was ready[\s\S]*config\.json/,
    );
    await expect(startLocalServer({ model, python: "/no/such/python" })).rejects.toThrow(
      /cannot run \/no\/such\/python[\s\S]*npm run setup/,
    );
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(startLocalServer({ model, signal })).rejects.toThrow("enough");
    const bare = await fakePython("echo \"ModuleNotFoundError: No module named 'torch'\" >&2; exit 1");
    await expect(startLocalServer({ model, python: bare })).rejects.toThrow(
      /No module named 'torch'\n.*\/python is no Python with the server's packages: run npm run setup/,
    );
    const port = Number(new URL(server.url).port);
    await expect(startLocalServer({ model, device: "cpu", port })).rejects.toThrow(/port|address/i);
  });
});
