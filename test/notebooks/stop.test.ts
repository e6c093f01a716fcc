import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runOwner } from "../../src/lab/event-log.js";
import { readRun } from "../../src/soar/run-log.js";
import { hasJupyter, outputFolder } from "./fixtures.js";
import { type Kernels, startKernels } from "./kernels.js";

const cwd = join(outputFolder, "stop");
const run = (name: string) => join(cwd, name);

const setUp = `import * as soar from "soarlab";
  const { gym } = soar.presets;
  const config = { ...gym, outerSteps: 4, datasets: 2, rewardQuestions: 8, student: { ...gym.student, steps: 3 } };
  const lab = await soar.openLab({ config: config });
  const tell = (progress: soar.Progress) => { if (progress.phase === "students") console.log("students of step", progress.step); };`;

const loop = `for await (const { step } of soar.outerLoop(lab, log, tell)) console.log("finished", step);
  await Promise.resolve();
  console.log("ended");`;

/** The types of a log's events, with their steps, in order. */
function events(name: string): string {
  const lines = readFileSync(join(run(name), "events.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines
    .map(line => JSON.parse(line) as { type: string; step?: number })
    .map(({ type, step }) => type + (step ?? ""))
    .join(" ");
}

describe.skipIf(!hasJupyter)(
  "stopping cells of a real kernel (skipped without Jupyter; node scripts/setup.mjs --notebooks)",
  () => {
    let kernels: Kernels;
    let pid: number;

    beforeAll(async () => {
      rmSync(cwd, { recursive: true, force: true });
      mkdirSync(cwd, { recursive: true });
      kernels = startKernels();
      ({ pid } = await kernels.start("a", cwd));
      expect(await kernels.execute("a", setUp)).toMatchObject({ status: "ok" });
    }, 180_000);

    afterAll(() => kernels?.close());

    test("a stopped loop ends, and the same cell resumes it", { timeout: 180_000 }, async () => {
      const opened = `const log = await soar.RunLog.create("outer", soar.parseConfig(config));`;
      expect(await kernels.execute("a", opened)).toMatchObject({ status: "ok", text: "" });
      const stopped = await kernels.execute("a", loop, { interruptAfter: "students of step 1" });
      expect(stopped.status).toBe("error");
      // Nothing goes on behind the cell.
      const before = events("outer");
      const later = await kernels.execute("a", "await new Promise(resolve => setTimeout(resolve, 4000));");
      expect(later).toMatchObject({ status: "ok", text: "" });
      expect(events("outer")).toBe(before);
      expect(before).toBe("start step0");

      // Run again while the stopped loop may still be ending.
      const again = await kernels.execute("a", loop, { interruptAfter: "students of step 2" });
      expect(again.status).toBe("error");
      const rest = await kernels.execute("a", loop);
      expect(rest).toMatchObject({ status: "ok" });
      expect(rest.text).toContain("ended");
      expect(events("outer")).toBe("start step0 resume1 step1 resume2 step2 step3 end");
      expect((await readRun(run("outer"))).ended).toBe(true);
    });

    test("the next cell runs a second loop only once the first one is stopped", {
      timeout: 180_000,
    }, async () => {
      // Not awaited: its loop goes on behind the cell.
      const background = `const second = await soar.RunLog.create("twice", soar.parseConfig(config));
        const first = (async () => { for await (const _ of soar.outerLoop(lab, second)) {} })()
          .catch(() => {});
        await new Promise(resolve => setTimeout(resolve, 500));`;
      expect(await kernels.execute("a", background)).toMatchObject({ status: "ok" });
      const again = "for await (const _ of soar.outerLoop(lab, second)) {} await Promise.resolve();";
      const refused = await kernels.execute("a", again);
      expect(refused.status).toBe("error");
      expect(refused.text).toMatch(/a loop over twice is under way in this process/);
      // Printed after an await: Node may lose a SIGINT that comes as the synchronous start of a cell ends.
      const wait = `await new Promise(resolve => setTimeout(resolve, 100));
        console.log("here");
        await new Promise(() => {});`;
      const stopped = await kernels.execute("a", wait, { interruptAfter: "here" });
      expect(stopped.status).toBe("error");
      const done = await kernels.execute("a", again);
      expect(done).toMatchObject({ status: "ok", text: "" });
      expect(
        new Set(
          events("twice")
            .split(" ")
            .filter(event => event.startsWith("step")),
        ).size,
      ).toBe(4);
    });

    test("runSoar, stopped at once after it began, resumes from the same cell", {
      timeout: 180_000,
    }, async () => {
      const cell = `const params = { folder: "whole", config: config, onProgress: tell };
        const record = await soar.runSoar(params);
        console.log(record.steps.length, record.ended);`;
      for (const interruptAfter of ["students of step 0", "students of step 1"]) {
        expect(await kernels.execute("a", cell, { interruptAfter })).toMatchObject({ status: "error" });
      }
      const done = await kernels.execute("a", cell);
      expect(done.text).toContain("4 true");
      expect(await runOwner(run("whole"))).toBeUndefined();
    });

    test("an evaluation, a study and fail@k stop and resume alike", { timeout: 240_000 }, async () => {
      const study = `const study = {
          folder: "study", base: config, concurrency: 1,
          study: { seeds: 1, set: { outerSteps: 1 }, teachers: {}, methods: { Hard: { protocol: "hard-only" as const } },
            evaluation: { training: { steps: 6, warmup: 2 }, test: { every: 2, samples: 4, k: [1] } } },
          onProgress: (progress: soar.StudyProgress) => {
            const detail = progress.detail as { step?: number } | undefined;
            console.log(progress.state, detail?.step);
          },
        };
        const result = await soar.runStudy(study);
        console.log("evaluated", result.evaluations[0].record.evaluations.map(({ step }) => step).join(" "));`;
      expect(await kernels.execute("a", study, { interruptAfter: "running 3" })).toMatchObject({
        status: "error",
      });
      const done = await kernels.execute("a", study);
      expect(done.text).toContain("evaluated 0 2 4 6");

      const filter = `const problems = soar.gymProblems({ count: 24, terms: [3], seed: 2 });
        const sample = async (problem: soar.Problem, { numSamples, seed }: { numSamples: number; seed: number }) => {
          const rollouts = await soar.rolloutGroup({ sampler: lab.baseSampler, tokenizer: lab.tokenizer,
            prompt: lab.studentPrompt(problem.question), size: numSamples, seed, temperature: 1, maxTokens: 43 });
          return rollouts.map(({ text }) => text);
        };
        const filtered = await soar.failAtK({ problems: problems, k: 64, chunk: 8, stopEarly: false, concurrency: 1,
          domain: soar.gymDomain, out: "fail.jsonl", sample: sample, onProgress: ({ done }) => console.log("done", done) });
        console.log("all", filtered.results.length);`;
      expect(await kernels.execute("a", filter, { interruptAfter: "done 2" })).toMatchObject({
        status: "error",
      });
      const all = await kernels.execute("a", filter);
      expect(all.text).not.toContain("done 0\n");
      expect(all.text).toContain("all 24");
      const ids = readFileSync(run("fail.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map(line => JSON.parse(line).id);
      expect(new Set(ids).size).toBe(ids.length);
    });

    test("two notebooks share no run, and a restarted kernel leaves it to the other", {
      timeout: 240_000,
    }, async () => {
      await kernels.start("b", cwd);
      const cell = `await soar.runSoar({ folder: "shared", config: config, onProgress: tell }); console.log("ended");`;
      const first = kernels.execute("a", cell, { interruptAfter: "students of step 1" });
      expect(await kernels.execute("b", setUp)).toMatchObject({ status: "ok" });
      expect(await first).toMatchObject({ status: "error" });

      // Kept busy in a, refused in b.
      await kernels.execute(
        "a",
        `const busy = soar.runSoar({ folder: "shared" }).catch(error => error.message); await new Promise(resolve => setTimeout(resolve, 300));`,
      );
      const refused = await kernels.execute("b", cell);
      expect(refused.status).toBe("error");
      expect(refused.text).toContain(`shared is in use by process ${pid}`);

      await kernels.restart("a");
      const done = await kernels.execute("b", cell);
      expect(done.text).toContain("ended");
      expect((await readRun(run("shared"))).steps.map(({ step }) => step)).toEqual([0, 1, 2, 3]);
    });
  },
);
