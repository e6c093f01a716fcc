import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { readEvaluation } from "../../src/evaluation/read-evaluation.js";
import { gymProblems } from "../../src/gym/gym-problems.js";

import { mean } from "../../src/metrics/statistics.js";
import type { SoarConfigInput } from "../../src/soar/config.js";
import { trainStudent } from "../../src/soar/inner-loop.js";
import { openLab } from "../../src/soar/open-lab.js";
import { presets } from "../../src/soar/presets.js";
import { readRun } from "../../src/soar/run-log.js";
import { checkEngine } from "../../src/training/engine/check-engine.js";
import { type LocalServer, startLocalServer } from "../../src/training/start-local-server.js";
import { packageRoot } from "../../src/util/package-root.js";
import { SkyrlEngine } from "./skyrl-engine.js";

const { gym } = presets;

/** The gym's own settings, less what this engine lacks: full fine-tuning and clipping. */
const config = {
  ...gym,
  model: { ...gym.model, rank: 8 },
  student: { ...gym.student, optimization: { ...gym.student.optimization, gradientClip: 0 } },
  teacher: { ...gym.teacher, optimization: { ...gym.teacher.optimization, gradientClip: 0 } },
} satisfies SoarConfigInput;

/** A run of two outer steps, each of which promotes. */
const small = {
  ...config,
  outerSteps: 2,
  datasets: 2,
  questionsPerDataset: 4,
  rewardQuestions: 8,
  promotion: { threshold: -1, window: 1 },
  student: { ...config.student, steps: 2, batchSize: 4 },
};

/** What the API promises and the engine does otherwise, as measured by hand on SkyRL 0.3.0. */
const traits = {
  wire: "json",
  lossReduction: "mean-over-tokens-then-data",
  adamParameters: true,
  gradientClip: false,
  idempotentRequests: false,
  promptLogprobs: true,
  deletesCheckpoints: false,
};

let folder: string;
let file: string;
let engine: SkyrlEngine;
let ours: LocalServer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-engines-"));
  file = join(folder, "config.json");
  await writeFile(file, JSON.stringify(small));
  engine = await SkyrlEngine.start(join(folder, "skyrl"));
  ours = await startLocalServer({ model: join(packageRoot, "data/gym-base"), device: "cpu" });
});

afterAll(async () => {
  await ours?.stop();
  await engine?.kill("SIGTERM");
  const nothingRuns = async () => expect(await SkyrlEngine.processes()).toEqual([]);
  await vi.waitFor(nothingRuns, { timeout: 15_000 });
  if (folder) await rm(folder, { recursive: true, force: true });
});

it("engine check tells what it does otherwise", async () => {
  const report = await checkEngine({ baseUrl: engine.url });
  console.log(`engine check: ${report.seconds.toFixed(0)} s`);
  expect(report.traits).toEqual(traits);
  const verdicts = Object.fromEntries(report.checks.map(({ name, verdict }) => [name, verdict]));
  expect(verdicts).toEqual({
    wire: "pass",
    "loss reduction": "adapted",
    "Adam's beta1, beta2 and eps": "pass",
    "gradient clipping": "failure",
    "repeated requests": "adapted",
    "prompt log-probabilities": "pass",
    "deleting checkpoints": "adapted",
    "sampler against trainer": "pass",
    "an old sampler, after more training": "failure",
    "weights, after sampling an old sampler": "failure",
    "loading without the optimizer": "failure",
    "loading with the optimizer": "pass",
    seeds: "pass",
    "greedy sampling": "pass",
    "samples a request": "pass",
    ranks: "pass",
    context: "pass",
  });
});

it("refuses a configuration that it would not train as, and says what to set", async () => {
  const clipping = { ...config, student: gym.student };
  await expect(openLab({ config: clipping, server: engine })).rejects.toThrow(
    /it ignores grad_clip_norm: set student\.optimization\.gradientClip to 0 \(it is 1\)/,
  );
  await expect(openLab({ config: { ...config, model: gym.model }, server: engine })).rejects.toThrow(
    /no model for full fine-tuning \(rank 0\); set model\.rank .*LoRA rank 0 must be between 1 and 8/,
  );
});

it("trains students as our server does, at one configuration", async () => {
  const [theirs, expected] = [await learningCurve(engine), await learningCurve(ours)];
  console.log(`reward by step: SkyRL ${format(theirs)}; ours ${format(expected)}`);
  for (const [step, reward] of theirs.entries()) {
    expect(Math.abs(reward - expected[step]!), `step ${step}`).toBeLessThan(20);
  }
  expect(theirs.at(-1)).toBeGreaterThan(theirs[0]! + 40);
});

it("runs SOAR, resumes after kill -9 of client and of engine, and evaluates", async () => {
  const run = join(folder, "run");
  const begun = soarlab("run", file, "--out", run, "--server", engine.url);
  await says(begun, "step   1");
  begun.kill("SIGKILL");
  await exitOf(begun);
  const resumed = soarlab("resume", run);
  await says(resumed, "advantages are scaled");
  await engine.kill();
  expect(await exitOf(resumed)).toBe(1);
  await engine.start();
  expect(await exitOf(soarlab("resume", run))).toBe(0);

  const record = await readRun(run);
  expect(record).toMatchObject({ ended: true, nextStep: 2, start: { engine: traits } });
  expect(record.promotions).toHaveLength(2);
  const out = join(folder, "evaluation");
  const sets = ["test.samples=4", "test.k=[1,4]", "student.batchSize=4"].flatMap(set => ["--set", set]);
  expect(await exitOf(soarlab("evaluate", "ps", "--run", run, "--out", out, ...sets))).toBe(0);
  expect(await readEvaluation(out)).toMatchObject({ ended: true, start: { engine: traits } });
});

it("has its models unloaded on Ctrl-C", async () => {
  const before = modelsMade();
  const run = soarlab("run", file, "--out", join(folder, "stopped"), "--server", engine.url);
  await says(run, "advantages are scaled");
  await expect.poll(modelsMade, { timeout: 120_000 }).toBeGreaterThan(before);
  run.kill("SIGINT");
  expect(await exitOf(run)).toBe(130);
  await expect.poll(modelsMade, { timeout: 120_000 }).toBe(before);
});

/** Mean reward by step of three students on eight right questions of three terms. */
async function learningCurve(server: { url: string; apiKey?: string }): Promise<number[]> {
  const lab = await openLab({ config, server });
  const dataset = gymProblems({ count: 8, terms: [3], seed: 1 });
  const curves: number[][] = [[], [], []];
  try {
    await Promise.all(
      curves.map((curve, seed) =>
        trainStudent(lab, {
          dataset,
          steps: 7,
          seed,
          onStep: (_, metrics) => {
            curve.push(metrics["reward/mean"]!);
          },
        }),
      ),
    );
  } finally {
    await lab.close();
  }
  return curves[0]!.map((_, step) => mean(curves.map(curve => curve[step]!)));
}

function format(rewards: number[]): string {
  return rewards.map(reward => reward.toFixed(0)).join(", ");
}

/** Models that the engine has made and not unloaded, by its log, which breaks lines between any words. */
function modelsMade(): number {
  const count = (what: RegExp) => engine.log.match(what)?.length ?? 0;
  return count(/Created\s+model/g) - count(/Deleted\s+model/g);
}

function soarlab(...args: string[]): ChildProcess {
  const cli = join(packageRoot, "dist/cli/main.js");
  return spawn(process.execPath, [cli, ...args], { cwd: packageRoot, stdio: ["ignore", "ignore", "pipe"] });
}

function says(child: ChildProcess, what: string): Promise<void> {
  let heard = "";
  return new Promise((resolve, reject) => {
    child.stderr!.on("data", chunk => {
      heard += chunk;
      if (heard.includes(what)) resolve();
    });
    child.once("exit", code => reject(new Error(`ended (${code}) before it said "${what}": ${heard}`)));
  });
}

function exitOf(child: ChildProcess): Promise<number> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? -1);
  return new Promise(resolve => child.once("exit", code => resolve(code ?? -1)));
}
