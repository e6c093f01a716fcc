import { spawn } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { runOwner } from "../../src/lab/event-log.js";
import type { QuestionRecord, StepEvent } from "../../src/soar/events.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";
import { RunLog, readRun } from "../../src/soar/run-log.js";
import { packageRoot } from "../../src/util/package-root.js";

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

  it("refuses a repeated and a missing step, with file and line", async () => {
    const log = await started();
    for (const n of [0, 1, 2]) await log.commit(step(n, 0.1), questions(n));
    await log.close();
    const path = join(folder, "events.jsonl");
    const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
    const write = (order: number[]) => writeFile(path, order.map(i => `${lines[i]}\n`).join(""));
    await write([0, 1, 2, 2, 3]);
    const twice = /events\.jsonl:4: step 1 a second time, expected step 2: two programs wrote this log/;
    await expect(readRun(folder)).rejects.toThrow(twice);
    await expect(RunLog.resume(folder)).rejects.toThrow(twice);
    await write([0, 1, 3]);
    await expect(readRun(folder)).rejects.toThrow(/events\.jsonl:3: step 2, expected step 1/);
    expect(await runOwner(folder)).toBeUndefined();
  });

  it("opened again in one process, only the newest log writes", async () => {
    const older = await started();
    await expect(RunLog.create(folder, config)).rejects.toThrow(/already holds a run/);
    await older.commit(step(0, 0.1), questions(0));
    const newer = await RunLog.resume(folder);
    await expect(older.commit(step(1, 0.1), questions(1))).rejects.toThrow(
      /opened again since; use the newer log/,
    );
    await older.close();
    expect(await runOwner(folder)).toBe(process.pid);
    await newer.commit(step(1, 0.1), questions(1));
    await newer.close();
    await expect(newer.commit(step(2, 0.1), questions(2))).rejects.toThrow(/was closed/);
    expect((await readRun(folder)).nextStep).toBe(2);
  });

  it("has one loop at a time; a stopped one is waited for", async () => {
    const log = await started();
    const stop = new AbortController();
    const first = await log.startLoop(stop.signal);
    await expect(log.startLoop()).rejects.toThrow(/a loop over .*run is under way in this process/);
    await expect(RunLog.resume(folder)).rejects.toThrow(/is in use in this process already/);
    stop.abort(new Error("stopped"));
    const second = log.startLoop();
    setTimeout(() => first.end(), 50);
    const { signal } = await second;
    const closed = log.close();
    expect(signal.reason).toMatchObject({ message: expect.stringContaining("was closed") });
    (await second).end();
    await closed;
    await expect(log.startLoop()).rejects.toThrow(/was closed/);
  });

  it("of two processes that begin at once, one has the run", async () => {
    const module = join(packageRoot, "src/util/lock.ts");
    const node = join(packageRoot, "node_modules/node/bin/node"); // one that strips types
    const script = `import { takeLock } from ${JSON.stringify(module)};
      await takeLock(process.argv[1], "it", async () => false).then(() => setTimeout(() => {}, 1500), () => process.exit(3));`;
    const path = join(folder, "..", "lock");
    const codes = await Promise.all(
      Array.from({ length: 4 }, () => {
        const child = spawn(node, ["--input-type=module", "-e", script, path]);
        return new Promise(resolve => child.once("exit", resolve));
      }),
    );
    expect(codes.sort()).toEqual([0, 3, 3, 3]);
  });

  it("cuts off half a line that a full disk left", async () => {
    const log = await started();
    await log.commit(step(0, 0.1), questions(0));
    const path = join(folder, "questions.jsonl");
    await appendFile(path, '{"step":1,');
    (await log.startLoop()).end();
    await log.commit(step(1, 0.1), questions(1));
    await log.close();
    expect((await readRun(folder)).questions).toHaveLength(4);
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
