import { describe, expect, it } from "vitest";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import { type ProtocolName, protocols } from "../../src/evaluation/protocols.js";
import { needsPromotions, needsRun } from "../../src/evaluation/requirements.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";

const paper = (protocol: ProtocolName, changes = {}) =>
  evaluationConfigFor({ protocol, base: presets.paper, run: "runs/x", changes });

describe("evaluationConfigFor", () => {
  it("has the paper's numbers (App. B.6 to B.8, Table 3)", () => {
    const hardOnly = paper("hard-only");
    expect(hardOnly.training).toEqual({ steps: 1500, mix: "curriculum", warmup: 64 });
    expect(hardOnly.test).toEqual({
      samples: 32,
      every: 50,
      k: [1, 4, 8, 16, 32],
      readAt: "plateau",
      window: 200,
    });
    expect(hardOnly.student).toMatchObject({
      batchSize: 8,
      groupSize: 32,
      optimization: { warmupSteps: 20 },
    });
    expect(hardOnly.student.sampling).toEqual({ temperature: 1, maxTokens: 1024 });
    expect(paper("hard-only-128").student.groupSize).toBe(128);
    expect(paper("pq").student.optimization.warmupSteps).toBe(0);
    expect(paper("pq-mixed")).toMatchObject({
      training: { mix: "mixed" },
      student: { optimization: { warmupSteps: 20 } },
    });
    expect(paper("teacher-questions").questions).toEqual({ from: "teacher", count: 128 });
    expect(paper("teacher-questions-32").questions).toEqual({ from: "teacher", count: 32 });
    expect(paper("transfer").test.readAt).toBe(50);
    expect(paper("serl").test.readAt).toBe(100);
  });

  it("evaluates without training where the protocol says so, on every scale", () => {
    for (const protocol of ["base", "ps", "direct"] as const) {
      expect(paper(protocol).training.steps).toBe(0);
      expect(evaluationConfigFor({ protocol, base: presets.gym, run: "runs/x" }).training.steps).toBe(0);
    }
  });

  it("takes the lab's part of a SOAR configuration, and leaves the loop's out", () => {
    const run = parseConfig({ ...presets.gym, seed: 7 });
    const config = evaluationConfigFor({ protocol: "pq", base: run, run: "runs/x" });
    const { steps, extraStepsPerPromotion, promotedLearningRateScale, ...student } = run.student;
    expect(config.student).toEqual(student);
    expect(config.seed).toBe(7);
    expect(config.training).toEqual({ steps: 24, mix: "curriculum", warmup: 12 });
    expect(config).not.toHaveProperty("outerSteps");
    expect(config.teacher).not.toHaveProperty("reward");
  });

  it("lets changes win, and other data sets be named for transfer", () => {
    const hard = { train: "a.jsonl", test: "b.jsonl" };
    const config = paper("transfer", { hard, training: { steps: 60 }, questions: { subset: "correct" } });
    expect(config).toMatchObject({ hard, training: { steps: 60, mix: "mixed" } });
    expect(config.questions).toEqual({ from: "promotions", subset: "correct" });
  });

  it("names the wrong field of a change, with what is near", () => {
    expect(() => paper("pq", { training: { step: 3 } })).toThrow(
      /protocol pq is not valid:\n {2}training\.step: unknown; did you mean steps\?/,
    );
    expect(() => paper("pq", { training: { mix: "curiculum" } })).toThrow(
      /training\.mix: .*"curriculum".*\(got "curiculum"\)/,
    );
    expect(() => paper("oracle-pool")).toThrow(/questions\.path/);
    expect(() => paper("base-questions", { questions: { cuont: 3 } })).toThrow(
      /questions\.cuont: unknown; did you mean count\?/,
    );
    expect(() => paper("pq", { test: { readAt: "flat" } })).toThrow(
      /test\.readAt: .*"plateau"\|"end"; or: .*expected number.* \(got "flat"\)/,
    );
  });

  it("names the wrong field of the configuration that it is made from, the loop's own included", () => {
    const wrong = { ...presets.gym, studnet: { groupSize: 8 } };
    expect(() => evaluationConfigFor({ protocol: "hard-only", base: wrong })).toThrow(
      /studnet: unknown; did you mean student\?/,
    );
  });

  it("refuses a k that its samples cannot give, before anything is run", () => {
    expect(() => paper("base", { test: { samples: 8 } })).toThrow(
      /test\.k: 32 is more than test\.samples, 8; set both/,
    );
    expect(paper("base", { test: { samples: 8, k: [8, 1] } }).test.k).toEqual([8, 1]);
  });

  it("knows which protocols are about a SOAR run", () => {
    const about = (Object.keys(protocols) as ProtocolName[]).filter(name => {
      const changes = name.startsWith("oracle") ? { questions: { path: "pool.jsonl" } } : {};
      return needsRun(paper(name, changes));
    });
    expect(about).toEqual([
      "ps",
      "pq",
      "pq-mixed",
      "pq-correct",
      "pq-well-posed",
      "teacher-questions",
      "teacher-questions-64",
      "teacher-questions-32",
      "direct",
      "transfer",
    ]);
    expect(needsPromotions(paper("direct"))).toBe(false);
    expect(needsPromotions(paper("ps"))).toBe(true);
  });
});
