import { join } from "node:path";
import { expect, it } from "vitest";
import { exportRuns } from "../../src/export/export-runs.js";
import { rolloutBrowser } from "../../src/figures/rollout-browser.js";
import { readRows } from "../../src/problems/read-rows.js";
import { reportHtml } from "../../src/report/report-html.js";
import { openLab } from "../../src/soar/open-lab.js";
import { outerLoop } from "../../src/soar/outer-loop.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { RunLog, readRollouts, readRun, readStudentSteps } from "../../src/soar/run-log.js";
import { StudentLog } from "../../src/soar/student-log.js";
import { serveGym } from "./fixtures/serve-gym.js";
import { smallGym } from "./fixtures/small-gym.js";

const group = (seed: number) => ({
  problem: { question: `q${seed}`, answer: "1" },
  rollouts: [0, 1, 0, 0].map((reward, i) => ({
    prompt: [1],
    tokens: [2],
    logprobs: [0],
    text: `${seed}/${i}${"x".repeat(10_000)}`,
    stopReason: "stop" as const,
    reward,
    correct: reward === 1,
  })),
});

it("keeps as many rollouts as asked for, the same ones in whatever order students finish", () => {
  const keep = (order: number[]) => {
    const log = new StudentLog({ step: 3, students: 4, studentSteps: 2, rollouts: 5, seed: 7 });
    for (const index of order) {
      for (const studentStep of [0, 1]) {
        const place = { dataset: index >> 1, student: index & 1, index, studentStep };
        log.add(place, { "reward/mean": 1 / 3, "kl/start": Number.NaN }, [
          group(2 * index + studentStep),
          group(9),
        ]);
      }
    }
    return log.records;
  };
  const records = keep([0, 1, 2, 3]);
  expect(keep([3, 0, 2, 1])).toEqual(records);
  expect(records.rollouts).toHaveLength(5);
  expect(records.studentSteps).toHaveLength(8);
  expect(records.studentSteps[0]).toEqual({
    step: 3,
    dataset: 0,
    student: 0,
    studentStep: 0,
    metrics: { "reward/mean": 0.333333 },
  });
  for (const { reward, advantage, correct, completion } of records.rollouts) {
    expect(advantage).toBeCloseTo(reward === 1 ? 1 : -1 / 3);
    expect(correct).toBe(reward === 1);
    expect(completion).toHaveLength(8000);
  }
  expect(
    new StudentLog({ step: 0, students: 0, studentSteps: 2, rollouts: 5, seed: 7 }).records.rollouts,
  ).toEqual([]);
});

it("logs students' steps and rollouts of a run, through a kill, and shows and exports them", async () => {
  const gym = await serveGym();
  try {
    const config = parseConfig({ ...smallGym, loggedRollouts: 3, promotion: { enabled: false } });
    const run = async (name: string, stopAfter?: number) => {
      const folder = join(gym.folder, name);
      const lab = await openLab({ config, server: gym.server });
      const log = await RunLog.create(folder, config);
      for await (const { step } of outerLoop(lab, log)) if (step === stopAfter) break;
      await log.close();
      await lab.close();
      return folder;
    };
    const whole = await readRun(await run("whole"));
    const { datasets, studentsPerDataset, student } = config;
    const steps = await readStudentSteps(whole);
    expect(steps).toHaveLength(3 * datasets * studentsPerDataset * student.steps);
    expect(steps[0]!.metrics["reward/mean"]).toBeGreaterThanOrEqual(0);
    const rollouts = await readRollouts(whole);
    expect(rollouts.map(({ step }) => step)).toEqual([0, 0, 0, 1, 1, 1, 2, 2, 2]);
    const asked = new Set(
      whole.questions.map(({ step, dataset, question }) => `${step}/${dataset}/${question}`),
    );
    for (const { step, dataset, question } of rollouts)
      expect(asked).toContain(`${step}/${dataset}/${question}`);
    expect(whole.start!.software).toMatchObject({
      node: process.versions.node,
      packages: { zod: expect.any(String) },
    });
    expect(whole.start!.software!.commit).toMatch(/^[0-9a-f]{40}\+?$/);

    // Killed after the second step, then resumed: the same rollouts, once each.
    const folder = await run("killed", 1);
    const lab = await openLab({ config, server: gym.server });
    const log = await RunLog.resume(folder);
    for await (const _ of outerLoop(lab, log));
    await log.close();
    await lab.close();
    expect(await readRollouts(await readRun(folder))).toEqual(rollouts);

    const page = await reportHtml([whole]);
    expect(page).toContain("Students' rollouts");
    expect(page).toContain("9 rollouts of students in training");
    const files = await exportRuns({ runs: [whole], out: join(gym.folder, "export") });
    const rows = await readRows(files.find(file => file.endsWith("student-steps.csv"))!);
    expect(rows).toHaveLength(steps.length);
    expect(Number(rows[0]!.value["reward/mean"])).toBe(steps[0]!.metrics["reward/mean"]);
  } finally {
    await gym.stop();
  }
}, 300_000);

it("shows rollouts as text and escaped HTML, every so many of more than the limit", () => {
  const rollouts = Array.from({ length: 10 }, (_, i) => ({
    ...{ step: i >> 2, dataset: 0, student: 1, studentStep: 2, question: "<b>2?", answer: "2" },
    ...{ completion: `line\n${i}`, reward: 1, advantage: 0.5, correct: true },
  }));
  const { html, text } = rolloutBrowser(rollouts, { limit: 5 });
  expect(html).toContain("10 rollouts of students in training, one in 2 is here");
  expect(html.match(/<pre/g)).toHaveLength(5);
  expect(html).not.toContain("<b>2?");
  expect(text).toContain("step 1 | right | 1 | <b>2? | line 0");
  expect(rolloutBrowser([]).text).toContain("0 rollouts");
});

it("finds none in a run of an earlier version", async () => {
  const run = await readRun("data/runs/gym-seed-0");
  expect([await readRollouts(run), await readStudentSteps(run)]).toEqual([[], []]);
});
