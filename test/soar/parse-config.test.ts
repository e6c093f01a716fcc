import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";

const hard = { train: "a.jsonl", test: "b.jsonl" };

describe("parseConfig", () => {
  it("has the paper's numbers as defaults (SOAR Table 3)", () => {
    const config = parseConfig(presets.paper);
    expect(config).toMatchObject({
      outerSteps: 200,
      datasets: 4,
      questionsPerDataset: 64,
      studentsPerDataset: 4,
    });
    expect(config).toMatchObject({
      rewardQuestions: 64,
      promotion: { threshold: 0.01, window: 3, restartWindow: true },
    });
    expect(config.student).toMatchObject({
      steps: 10,
      extraStepsPerPromotion: 5,
      batchSize: 8,
      groupSize: 32,
    });
    expect(config.student.sampling).toEqual({ temperature: 1, maxTokens: 1024 });
    expect(config.student.optimization).toMatchObject({
      learningRate: 1e-5,
      warmupSteps: 0,
      klCoefficient: 0.001,
    });
    expect(config.teacher.sampling).toEqual({ temperature: 1, maxTokens: 512 });
    expect(config.teacher.optimization).toMatchObject({
      learningRate: 1e-5,
      warmupSteps: 20,
      schedule: "cosine",
    });
  });

  it("accepts every preset", () => {
    for (const preset of Object.values(presets)) expect(() => parseConfig(preset)).not.toThrow();
  });

  it("names the nearest known field for an unknown one, however deep", () => {
    expect(() => parseConfig({ hard, outerStep: 3 })).toThrow(
      /outerStep: unknown; did you mean outerSteps\?/,
    );
    expect(() => parseConfig({ hard, student: { optimization: { learningrate: 1 } } })).toThrow(
      /student\.optimization\.learningrate: unknown; did you mean learningRate\?/,
    );
  });

  it("says path, value and what was expected, for all wrong fields at once", () => {
    const wrong = { hard, seed: -1, student: { groupSize: 1 }, server: { device: "tpu" } };
    expect(() => parseConfig(wrong, "my.json")).toThrow(/my\.json is not valid/);
    expect(() => parseConfig(wrong)).toThrow(/seed: .*>=0 \(got -1\)/);
    expect(() => parseConfig(wrong)).toThrow(/student\.groupSize: .*>=2 \(got 1\)/);
    expect(() => parseConfig(wrong)).toThrow(/server\.device: .*"cpu".* \(got "tpu"\)/);
  });
});
