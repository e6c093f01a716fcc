import { readFileSync } from "node:fs";
import * as soar from "soarlab";
import { expect, it, onTestFinished } from "vitest";
import { rejectionsOverSteps } from "../../examples/figures/rejections-over-steps.js";
import { questionsOnly } from "../../examples/protocols/questions-only.js";
import { diverseGain } from "../../examples/rewards/diverse-gain.js";
import { hardProblems } from "../../examples/samplers/hard-problems.js";
import { serveGym } from "../soar/fixtures/serve-gym.js";
import { smallGym } from "../soar/fixtures/small-gym.js";

/* The examples of docs/extending.md, and that its code is theirs. */

const bundled = "data/runs/gym-seed-0";

it("docs/extending.md shows the code of the files that it names", () => {
  const page = readFileSync("docs/extending.md", "utf8");
  const blocks = [...page.matchAll(/`(examples\/[\w/-]+\.ts)`[^`]*\n```ts\n([\s\S]*?)```/g)];
  expect(blocks.map(([, file]) => file)).toEqual([
    "examples/rewards/diverse-gain.ts",
    "examples/countdown/countdown.ts",
    "examples/protocols/questions-only.ts",
    "examples/figures/rejections-over-steps.ts",
    "examples/samplers/hard-problems.ts",
  ]);
  for (const [, file, code] of blocks) {
    const source = readFileSync(file!, "utf8");
    for (const part of code!.split(/^\s*\/\/ \.\.\.\n/m)) expect(source, file).toContain(part.trimEnd());
  }
});

it("a reward from outside pays the teacher, and is asked for again", { timeout: 120_000 }, async () => {
  const gym = await serveGym();
  onTestFinished(() => gym.stop());
  const folder = `${gym.folder}/diverse`;
  const config = soar.parseConfig({ ...smallGym, outerSteps: 1 });
  const run = await soar.runSoar({ folder, config, reward: diverseGain, server: gym.server });
  const { name, version, unit } = diverseGain;
  expect(run.config.teacher.reward).toEqual({ name, version, unit });
  const [{ rewards, gains }] = run.steps as [soar.StepEvent];
  for (const [k, row] of rewards.entries()) {
    const items = run.questions.filter(({ dataset }) => dataset === k).map(({ question }) => question);
    expect(row).toEqual([gains![k]![0]! + (0.05 * soar.vendiScore({ items })) / items.length]);
  }
  expect(JSON.stringify(soar.rewardCycles(run))).toContain(unit);
  expect(await soar.reportHtml([run])).toContain(unit);
  await expect(soar.runSoar({ folder, server: gym.server })).rejects.toThrow(
    /teacher\.reward is "diverse-gain", version 1, .*\{ reward \}/,
  );

  const none = { ...diverseGain, rewards: async () => [Number.NaN, 1] };
  const failed = soar.runSoar({ folder: `${gym.folder}/nan`, config, reward: none, server: gym.server });
  await expect(failed).rejects.toThrow('teacher reward "diverse-gain": dataset 0 got [NaN]');
});

it("a protocol is what it changes in another one", async () => {
  const config = questionsOnly(await soar.readRun(bundled));
  expect(config).toMatchObject({
    run: bundled,
    questions: { from: "promotions", subset: "all" },
    training: { mix: "questions-only", steps: 24 },
    test: { every: 6, readAt: "end" },
  });
});

it("a figure is plain data", async () => {
  const figure = rejectionsOverSteps(await soar.readRun(bundled));
  expect(figure.data.map(({ name }) => name)).toContain("answer tags");
  expect(await soar.renderSvg(figure)).toContain("Rejected completions of the teacher");
});

it("a sampler filters problems", async () => {
  const gym = await serveGym();
  onTestFinished(() => gym.stop());
  const { url, apiKey } = gym.server;
  const service = await soar.connect({ baseUrl: url, apiKey });
  const problems = [2, 7].flatMap(terms => soar.gymProblems({ count: 3, terms: [terms], seed: 1 }));
  const hard = await hardProblems({
    problems,
    domain: soar.gymDomain,
    baseUrl: `${url}/v1`,
    apiKey,
    model: service.baseModel,
    folder: "data/gym-base",
    k: 8,
    maxTokens: 43,
  });
  await service.close();
  expect(hard).toEqual(problems.slice(3));
});
