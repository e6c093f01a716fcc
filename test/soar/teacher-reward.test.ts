import { mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleQuestions } from "../../src/lab/sample-questions.js";
import { mean } from "../../src/metrics/statistics.js";
import type { SoarConfigInput } from "../../src/soar/config.js";
import { openLab } from "../../src/soar/open-lab.js";
import { outerLoop } from "../../src/soar/outer-loop.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { RunLog, readRun } from "../../src/soar/run-log.js";
import type { LocalServer } from "../../src/training/start-local-server.js";
import { type ServedGym, serveGym } from "./fixtures/serve-gym.js";
import { smallGym } from "./fixtures/small-gym.js";

/* Every way to pay a teacher, with and without promotions, against the real server. */

let gym: ServedGym;
let server: LocalServer;
let folder: string;

beforeAll(async () => {
  gym = await serveGym();
  ({ server, folder } = gym);
});

afterAll(() => gym?.stop());

/** Promotes at every full window, whatever the gain. */
const always = { threshold: -2, window: 2 };

async function run(changes: {
  promotion?: SoarConfigInput["promotion"];
  teacher?: SoarConfigInput["teacher"];
}) {
  const own = await mkdtemp(join(folder, "run-"));
  const config = parseConfig({
    ...smallGym,
    promotion: changes.promotion,
    teacher: { ...smallGym.teacher, ...changes.teacher },
  });
  const lab = await openLab({ config, server });
  const log = await RunLog.create(own, config);
  for await (const _ of outerLoop(lab, log)) {
    // The log has it.
  }
  await log.close();
  await lab.close();
  return readRun(own);
}

describe("teacher rewards", () => {
  it("grounded: pays the students' gains, which promote", async () => {
    const { steps, promotions } = await run({ promotion: always });
    for (const { rewards, gains } of steps) {
      expect(rewards.map(row => row.length)).toEqual([1, 1]);
      expect(gains).toBeUndefined();
    }
    expect(promotions.map(({ step }) => step)).toEqual([1]);
  });

  it("intrinsic without promotion: pays learnability and trains no student", async () => {
    const { steps, promotions } = await run({
      promotion: { ...always, enabled: false },
      teacher: { reward: "intrinsic", learnabilitySamples: 8 },
    });
    expect(promotions).toEqual([]);
    for (const { rewards, gains, metrics, movingAverage, step } of steps) {
      expect(gains).toBeUndefined();
      expect(rewards.map(row => row.length)).toEqual([4, 4]);
      // Of 8 samples: 0, or 1 - s with s in 1/8 .. 8/8.
      for (const reward of rewards.flat()) expect([0, 1, 2, 3, 4, 5, 6, 7].map(n => n / 8)).toContain(reward);
      expect(Object.keys(metrics).some(name => name.startsWith("student/"))).toBe(false);
      expect(metrics["teacher/reward/mean"]).toBeCloseTo(mean(rewards.flat()), 12);
      if (step === 0) expect(movingAverage).toBeNull();
    }
    // The gym's student solves two terms nearly always and others sometimes: not every reward is the same.
    expect(new Set(steps.flatMap(({ rewards }) => rewards.flat())).size).toBeGreaterThan(2);
  });

  it("intrinsic with promotion: gains promote, and then the promoted student is asked", async () => {
    const { steps, promotions } = await run({
      promotion: always,
      teacher: { reward: "intrinsic", learnabilitySamples: 8 },
    });
    expect(promotions.map(({ step }) => step)).toEqual([1]);
    for (const { rewards, gains } of steps) {
      expect(rewards.map(row => row.length)).toEqual([4, 4]);
      expect(gains!.map(row => row.length)).toEqual([1, 1]);
    }
    const gains = steps.slice(0, 2).map(step => mean(step.gains!.flat()));
    expect(steps[1]!.movingAverage).toBeCloseTo(mean(gains), 12);
  });

  it("none: measures gains, but the teacher stays the base model", async () => {
    const { steps } = await run({ promotion: { enabled: false }, teacher: { reward: "none" } });
    for (const { rewards, metrics } of steps) {
      expect(rewards.map(row => row.length)).toEqual([1, 1]);
      expect(Object.keys(metrics).some(name => name.startsWith("teacher/"))).toBe(false);
    }
  });
});

describe("multi-turn generation", () => {
  it("asks first and answers then, counts every completion, and learns from both turns", async () => {
    const config = parseConfig({ ...smallGym, teacher: { ...smallGym.teacher, generation: "multi-turn" } });
    const lab = await openLab({ config, server });
    const posed = await sampleQuestions(lab, { teacher: lab.baseSampler, count: 24, seed: 1 });
    expect(posed).toMatchObject({ sampled: 24, rejected: {} });
    for (const { question, answer, rollouts } of posed.questions) {
      expect(question).not.toContain("</question>");
      expect(answer).not.toContain("\\boxed");
      expect(rollouts).toHaveLength(2);
      expect(lab.tokenizer.decode(rollouts[1]!.prompt)).toBe(
        `T: <question> ${question} </question> <answer>`,
      );
    }
    const right = posed.questions.filter(
      ({ question, answer }) => lab.domain.judge!(question, answer).isCorrect,
    );
    expect(right.length).toBeGreaterThan(12);
    const again = await sampleQuestions(lab, { teacher: lab.baseSampler, count: 24, seed: 1 });
    expect(again.questions.map(({ question, answer }) => [question, answer])).toEqual(
      posed.questions.map(({ question, answer }) => [question, answer]),
    );
    await lab.close();
    const { steps, questions } = await run({
      promotion: { enabled: false },
      teacher: { generation: "multi-turn", reward: "intrinsic", learnabilitySamples: 8 },
    });
    expect(questions).toHaveLength(3 * 8);
    // A step whose two datasets are paid alike trains nothing.
    expect(steps.some(step => step.metrics["teacher/tokens/trained"]! > 0)).toBe(true);
  });
});
