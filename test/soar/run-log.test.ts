import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runOwner } from "../../src/lab/lock-run.js";
import type { QuestionRecord, StepEvent } from "../../src/soar/events.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";
import { RunLog, readRun } from "../../src/soar/run-log.js";

const config = parseConfig(presets.gym);
const accuracy = { train: 0.5, test: 0.4 };
let folder: string;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), "soarlab-log-")), "run");
});

afterEach(() => rm(join(folder, ".."), { recursive: true }));

function step(n: number, reward: number, promoted = false): Omit<StepEvent, "bytes"> {
  return {
    type: "step",
    at: "2026-01-01T00:00:00.000Z",
    step: n,
    rewards: [[reward], [reward]],
    baselineAccuracy: 0,
    movingAverage: null,
    promotion: promoted ? { dataset: 1, student: 0, checkpoint: `tinker://m/weights/b${n}`, accuracy } : null,
    teacher: { checkpoint: `tinker://m/weights/t${n}`, sampled: 10, rejected: {} },
    metrics: {},
  };
}

function questions(n: number): QuestionRecord[] {
  return [0, 1].map(dataset => ({
    step: n,
    dataset,
    question: `q${n}.${dataset}`,
    answer: "a",
    reward: 0.1,
  }));
}

async function started(): Promise<RunLog> {
  const log = await RunLog.create(folder, config);
  await log.append({
    type: "start",
    at: "2026-01-01T00:00:00.000Z",
    version: "0",
    baseModel: "m",
    baseline: accuracy,
  });
  return log;
}

describe("RunLog", () => {
  it("reads back what was written, with D_best", async () => {
    const log = await started();
    await log.commit(step(0, 0.1), questions(0));
    await log.commit(step(1, 0.2, true), questions(1));
    await log.commit(step(2, 0.3), questions(2));
    const run = await readRun(folder);
    expect(run.nextStep).toBe(3);
    expect(run.promotions.map(promotion => promotion.step)).toEqual([1]);
    expect(run.window).toEqual([0.3]);
    expect(run.promotionQuestions.map(row => row.question)).toEqual(["q1.1"]);
    expect(run.questions).toHaveLength(6);
    expect(run.config).toEqual(config);
    expect(run.ended).toBe(false);
  });

  it("keeps the window over promotions when told to", async () => {
    const log = await RunLog.create(folder, {
      ...config,
      promotion: { ...config.promotion, restartWindow: false },
    });
    await log.commit(step(0, 0.1, true), questions(0));
    await log.commit(step(1, 0.2), questions(1));
    expect(log.state.window).toEqual([0.1, 0.2]);
  });

  it("drops what a killed process left of an unfinished step, with a notice", async () => {
    const log = await started();
    await log.commit(step(0, 0.1, true), questions(0));
    await log.close();
    const before = await Promise.all(["events", "questions", "promotion-questions"].map(size));
    await appendFile(join(folder, "questions.jsonl"), `${JSON.stringify(questions(1)[0])}\n{"step":1,"data`);
    await appendFile(join(folder, "promotion-questions.jsonl"), `${JSON.stringify(questions(1)[0])}\n`);
    await appendFile(join(folder, "events.jsonl"), JSON.stringify(step(1, 0.2)).slice(0, 50));
    expect((await readRun(folder)).questions).toHaveLength(2);

    const notices: string[] = [];
    const resumed = await RunLog.resume(folder, notice => notices.push(notice));
    expect(notices).toEqual([expect.stringContaining("cut short")]);
    expect(resumed.state.nextStep).toBe(1);
    expect(await Promise.all(["events", "questions", "promotion-questions"].map(size))).toEqual(before);
    await resumed.commit(step(1, 0.2), questions(1));
    expect((await readRun(folder)).questions).toHaveLength(4);
  });

  it("names file, line and field of a damaged line in the middle", async () => {
    const log = await started();
    await log.commit(step(0, 0.1), questions(0));
    const path = join(folder, "events.jsonl");
    await writeFile(
      path,
      (await readFile(path, "utf8")).replace('"baselineAccuracy":0', '"baselineAccuracy":"x"'),
    );
    await expect(readRun(folder)).rejects.toThrow(/events\.jsonl:2: .*[\s\S]*baselineAccuracy/);
  });

  it("replaces a log that never came to an event, but no configuration of somebody else's", async () => {
    await (await RunLog.create(folder, config)).close();
    await appendFile(join(folder, "events.jsonl"), '{"type":"start","at":"2026-');
    const log = await RunLog.create(folder, { ...config, seed: 5 });
    await log.commit(step(0, 0.1), questions(0));
    await log.close();
    const run = await readRun(folder);
    expect([run.config.seed, run.nextStep]).toEqual([5, 1]);

    const foreign = join(folder, "model");
    await mkdir(foreign);
    await writeFile(join(foreign, "config.json"), "{}");
    await expect(RunLog.create(foreign, config)).rejects.toThrow(/already holds a run/);
    expect(await readFile(join(foreign, "config.json"), "utf8")).toBe("{}");
  });

  it("refuses to go on where a file has lost what its events count", async () => {
    const log = await started();
    await log.commit(step(0, 0.1), questions(0));
    await log.close();
    const path = join(folder, "questions.jsonl");
    await truncate(path, 50);
    await expect(RunLog.resume(folder)).rejects.toThrow(
      /questions\.jsonl has lost its end: 50 bytes, where events\.jsonl counts \d+/,
    );
    expect((await stat(path)).size).toBe(50);
    expect(await runOwner(folder)).toBeUndefined();
  });

  it("refuses a folder that holds a run, and one that is no run", async () => {
    await (await started()).close();
    await expect(RunLog.create(folder, config)).rejects.toThrow(/already holds a run; resume it/);
    await expect(readRun(join(folder, "nothing"))).rejects.toThrow(/is no run/);
  });

  it("refuses a run that a living process has, and takes one whose process is gone", async () => {
    await (await started()).close();
    await writeFile(join(folder, "lock"), "1\n");
    await expect(RunLog.resume(folder)).rejects.toThrow(/in use by process 1/);
    await writeFile(join(folder, "lock"), "999999999\n");
    await expect(RunLog.resume(folder)).resolves.toBeDefined();
  });

  async function size(name: string): Promise<number> {
    return (await stat(join(folder, `${name}.jsonl`))).size;
  }
});
