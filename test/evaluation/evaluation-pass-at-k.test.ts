import { describe, expect, it } from "vitest";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import { evaluationPassAtK } from "../../src/evaluation/evaluation-pass-at-k.js";
import { evaluationResult } from "../../src/evaluation/evaluation-result.js";
import { passAt1Curve } from "../../src/evaluation/pass-at-1-curve.js";
import type { EvaluationRecord } from "../../src/evaluation/read-evaluation.js";
import { passAtK } from "../../src/metrics/pass-at-k.js";
import { presets } from "../../src/soar/presets.js";

/** A run of 200 steps, evaluated every 50, whose reward goes flat after step 100. */
function record(readAt: "plateau" | "end", correct: number[][]): EvaluationRecord {
  const config = evaluationConfigFor({
    protocol: "hard-only",
    base: presets.paper,
    changes: { training: { steps: 200 }, test: { readAt, k: [1, 2], every: 50, samples: 4, window: 100 } },
  });
  const evaluations = correct.map((correct, i) => ({
    type: "evaluation" as const,
    at: "2026-01-01T00:00:00.000Z",
    step: 50 * i,
    training: [],
    correct,
    samples: 4,
    checkpoint: null,
    questionBytes: 0,
    seconds: 1,
  }));
  const rewards = Array.from({ length: 200 }, (_, i) => Math.min(100, i));
  return { folder: "x", config, start: undefined, evaluations, rewards, questions: [], ended: true };
}

const correct = [
  [0, 0, 0],
  [1, 0, 0],
  [2, 0, 1],
  [4, 0, 2],
  [4, 0, 0],
];

describe("evaluationPassAtK", () => {
  it("is passAtK of the evaluation that is read", () => {
    const counts = correct.at(-1)!.map((correct, problem) => ({ problem, correct, samples: 4 }));
    expect(evaluationPassAtK(record("end", correct))).toEqual(passAtK({ counts, k: [1, 2] }));
  });

  it("is the mean of several, with an interval over problems around it", () => {
    const run = record("plateau", correct);
    expect(evaluationResult(run).steps).toEqual([150, 200]);
    const [one, two] = evaluationPassAtK(run);
    // Problems: 4 and 4 of 4, none, 2 and 0 of 4: means 1, 0 and 1/4 at k = 1, and 1, 0, (5/6)/2 at k = 2.
    expect(one!.value).toBeCloseTo(1.25 / 3, 12);
    expect(two!.value).toBeCloseTo((1 + 5 / 12) / 3, 12);
    // All three draws are the second problem in 1 of 27 resamples, more than the 2.5% below the interval.
    expect(one).toMatchObject({ low: 0, problems: 3 });
    expect(one!.high).toBe(1);
    const alike = evaluationPassAtK(
      record(
        "plateau",
        correct.map(([first]) => [first!, first!]),
      ),
    );
    expect(alike.map(({ low, high }) => [low, high])).toEqual(alike.map(({ value }) => [value, value]));
  });

  it("leaves intervals away without draws", () => {
    const [row] = evaluationPassAtK(record("end", correct), { draws: 0 });
    expect(row).toMatchObject({ value: 1 / 3, low: Number.NaN, high: Number.NaN });
  });
});

describe("passAt1Curve", () => {
  it("is the share of right samples in percent at each evaluation's step", () => {
    const curve = passAt1Curve(record("end", correct));
    expect(curve.map(({ step }) => step)).toEqual([0, 50, 100, 150, 200]);
    const expected = [0, 100 / 12, 25, 50, 100 / 3];
    curve.forEach(({ value }, i) => {
      expect(value).toBeCloseTo(expected[i]!, 9);
    });
  });
});
