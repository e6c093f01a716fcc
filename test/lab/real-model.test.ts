import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { registerHard } from "../../src/cli/hard.js";
import { registerProblems } from "../../src/cli/problems.js";
import { registerWarmStart } from "../../src/cli/warm-start.js";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import { runEvaluation } from "../../src/evaluation/run-evaluation.js";
import { reportHtml } from "../../src/report/report-html.js";
import { presets } from "../../src/soar/presets.js";
import { runSoar } from "../../src/soar/run-soar.js";
import { packageRoot } from "../../src/util/package-root.js";
import { printedBy } from "../cli/fixtures/printed-by.js";
import { unfetchable } from "./fixtures/unfetchable.js";

/* A real language model through the whole path, on the real server. */

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-real-model-"));
});

afterAll(() => rm(folder, { recursive: true, maxRetries: 3 }));

describe("SmolLM2-135M-Instruct", () => {
  it("goes from problems to the report", { timeout: 600_000 }, async context => {
    const reason = await unfetchable("smollm2");
    if (reason) return context.skip(reason);
    const data = join(folder, "data.jsonl");
    const rows = await readFile(join(packageRoot, "data/warm-start/math.jsonl"), "utf8");
    await writeFile(data, rows.split("\n").slice(0, 10).join("\n"));

    await printedBy(
      registerWarmStart,
      "warm-start",
      "smollm2",
      ...["--data", data, "--out", join(folder, "start"), "--steps", "2", "--batch-size", "2"],
      ...["--set", "teacher.sampling.maxTokens=8"],
    );
    const warm = JSON.parse(await readFile(join(folder, "start", "warm-start.json"), "utf8"));
    expect(warm.after.loss.teacher).toBeLessThan(warm.before.loss.teacher);

    const pool = join(folder, "pool.jsonl");
    await printedBy(registerProblems, "problems", data, "--out", pool, "--limit", "4");
    await printedBy(
      registerHard,
      ...["hard", pool, "--config", "smollm2", "--start", join(folder, "start"), "--k", "2"],
      ...["--max-tokens", "24", "--out", join(folder, "hard")],
    );
    const [train, test] = [join(folder, "hard/train.jsonl"), join(folder, "hard/test.jsonl")];

    // Two steps teach no teacher its format; the preset's own warm start has.
    const small = {
      ...presets.smollm2,
      hard: { train, test },
      outerSteps: 1,
      questionsPerDataset: 1,
      rewardQuestions: 1,
      student: {
        ...presets.smollm2.student,
        ...{ steps: 1, batchSize: 1, groupSize: 2, sampling: { maxTokens: 24 } },
      },
    };
    const run = await runSoar({ folder: join(folder, "run"), config: small });
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
    });
    expect(evaluation.ended).toBe(true);
    expect(await reportHtml([run])).toContain("Finished: 1 of 1 outer step");
  });
});
