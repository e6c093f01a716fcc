import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import { evaluationPassAtK } from "../../src/evaluation/evaluation-pass-at-k.js";
import { runEvaluation } from "../../src/evaluation/run-evaluation.js";
import { sampleCounts } from "../../src/evaluation/sample-counts.js";
import { gymDomain } from "../../src/gym/gym-domain.js";
import { gymProblems } from "../../src/gym/gym-problems.js";
import { passAtK } from "../../src/metrics/pass-at-k.js";
import { failAtK } from "../../src/problems/fail-at-k.js";
import { openLab } from "../../src/soar/open-lab.js";
import { presets } from "../../src/soar/presets.js";
import { connect } from "../../src/training/connect.js";
import { loadTokenizer } from "../../src/training/load-tokenizer.js";
import { type OpenAiSamplerParams, openAiSampler } from "../../src/training/openai-sampler.js";
import type { SamplingClient } from "../../src/training/sampling-client.js";
import type { ModelTokenizer } from "../../src/training/tokenizer.js";
import type { TrainingService } from "../../src/training/training-service.js";
import { type ServedGym, serveGym } from "../soar/fixtures/serve-gym.js";

/* The sampler over /v1/completions against our own server, beside the server's sampler over the Tinker API. */

let gym: ServedGym;
let service: TrainingService;
let served: SamplingClient;
let tokenizer: ModelTokenizer;

beforeAll(async () => {
  gym = await serveGym();
  service = await connect({ baseUrl: gym.server.url, apiKey: gym.server.apiKey });
  served = await service.sampler();
  tokenizer = await loadTokenizer({ model: "data/gym-base" });
});

afterAll(async () => {
  await service?.close();
  await gym?.stop();
});

const open = (params: Partial<OpenAiSamplerParams> = {}) =>
  openAiSampler({
    baseUrl: `${gym.server.url}/v1/`,
    apiKey: gym.server.apiKey,
    model: service.baseModel,
    tokenizer,
    ...params,
  });

const request = () => ({
  prompt: tokenizer.encode("S: add a 3 +b 4 -c 2 </question>"),
  numSamples: 6,
  params: { max_tokens: 20, temperature: 1, seed: 11, stop: tokenizer.endTokens },
});

describe("openAiSampler", () => {
  it("samples what the server's own sampler samples: tokens, log-probabilities, reasons to stop", async () => {
    const [ours, theirs] = [await open().sample(request()), await served.sample(request())];
    expect(ours.map(({ tokens, stopReason }) => ({ tokens, stopReason }))).toEqual(
      theirs.map(({ tokens, stopReason }) => ({ tokens, stopReason })),
    );
    for (const [i, { logprobs }] of ours.entries()) {
      expect(logprobs).toHaveLength(theirs[i]!.logprobs.length);
      for (const [t, value] of logprobs.entries()) expect(value).toBeCloseTo(theirs[i]!.logprobs[t]!, 4);
    }
    expect(new Set(ours.map(({ tokens }) => tokens.join())).size).toBeGreaterThan(1);
  });

  it("gives the same text where prompts and completions are text", async () => {
    const text = open({ prompts: "text", vllmFields: false });
    const decode = ({ tokens }: { tokens: number[] }) => tokenizer.decode(tokens);
    const answers = (await text.sample(request())).map(decode);
    expect(answers).toEqual((await served.sample(request())).map(decode));
  });

  it("scores a sequence token by token", async () => {
    const tokens = tokenizer.encode("S: add a 3 +b 4 </question> \\boxed{ a 3 +b 4 0 }");
    const [ours, theirs] = [await open().logprobs(tokens), await served.logprobs(tokens)];
    expect(ours[0]).toBeNaN();
    expect(ours).toHaveLength(tokens.length);
    for (const [t, value] of ours.entries()) if (t > 0) expect(value).toBeCloseTo(theirs[t]!, 4);
  });

  it("tries again what may pass, and says in the endpoint's words what does not", async () => {
    let asked = 0;
    const flaky = createServer((_, response) => {
      if (++asked < 3) response.writeHead(503).end("busy");
      else response.end(JSON.stringify({ choices: [{ text: "a 3", finish_reason: "length" }] }));
    });
    await new Promise<void>(resolve => flaky.listen(0, "127.0.0.1", resolve));
    const { port } = flaky.address() as AddressInfo;
    const sampler = open({ baseUrl: `http://127.0.0.1:${port}/v1`, retryDelayMs: 1 });
    const one = { ...request(), numSamples: 1 };
    // An endpoint without token ids and log-probabilities.
    expect(await sampler.sample(one)).toEqual([
      { tokens: tokenizer.encode("a 3"), logprobs: [], stopReason: "length" },
    ]);
    expect(asked).toBe(3);
    await expect(sampler.sample(request())).rejects.toThrow("returned 1 completions, 6 were requested");
    await expect(sampler.logprobs([1, 2])).rejects.toThrow(
      'returned 0 log-probabilities for 2 prompt tokens; does it support "echo"?',
    );
    flaky.close();
    await expect(open({ model: "nope" }).sample(request())).rejects.toThrow(/HTTP 4\d\d: .*nope/);
    await expect(open({ apiKey: "wrong" }).sample(request())).rejects.toThrow(/HTTP 401/);
  });
});

describe("a lab with a sampler alone", () => {
  const config = { ...presets.gym, student: { ...presets.gym.student, groupSize: 4 } };

  it("filters by fail@k as a training server does", async () => {
    const problems = [2, 5].flatMap(terms => gymProblems({ count: 3, terms: [terms], seed: 1 }));
    const filter = {
      problems,
      tokenizer,
      domain: gymDomain,
      maxTokens: 43,
      k: 6,
      chunk: 3,
      stopEarly: false,
    };
    const ours = await failAtK({ ...filter, sampler: open() });
    expect(ours).toEqual(await failAtK({ ...filter, sampler: served }));
    expect(new Set(ours.results.map(({ solved }) => solved)).size).toBeGreaterThan(1);
  });

  it("evaluates the base model to the same counts and pass@k, and is asked for again", async () => {
    const changes = { test: { samples: 4, k: [1, 4] } };
    const evaluation = evaluationConfigFor({ protocol: "base", base: config, changes });
    const folder = join(gym.folder, "by-endpoint");
    const ours = await runEvaluation({ folder, config: evaluation, sampler: open() });
    const theirs = await runEvaluation({
      folder: join(gym.folder, "by-server"),
      config: evaluation,
      server: gym.server,
    });
    expect(ours.evaluations[0]!.correct).toEqual(theirs.evaluations[0]!.correct);
    expect(evaluationPassAtK(ours)).toEqual(evaluationPassAtK(theirs));
    expect(ours.config.sampler).toEqual({ name: `completions/${service.baseModel}`, version: "1" });
    await expect(runEvaluation({ folder })).rejects.toThrow(/sampler is "completions\/.*\{ sampler \}/);
  });

  it("samples for pass@k, and says that it trains nothing", async () => {
    const lab = await openLab({ config, sampler: open() });
    const problems = gymProblems({ count: 4, terms: [2], seed: 3 });
    const counts = await sampleCounts(lab, { sampler: lab.baseSampler, problems, samples: 4 });
    expect(passAtK({ counts, k: [1], draws: 0 })[0]!.value).toBeGreaterThan(0.7);
    await lab.close();
    const training = evaluationConfigFor({ protocol: "hard-only", base: config });
    await expect(
      runEvaluation({ folder: join(gym.folder, "untrained"), config: training, sampler: open() }),
    ).rejects.toThrow(/createModel: this lab has the sampler .* and no training server/);
  });
});
