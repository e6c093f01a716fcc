import { describe, expect, it } from "vitest";
import type { EvaluationConfig } from "../../src/evaluation/evaluation-config.js";
import { evaluationConfigFor } from "../../src/evaluation/evaluation-config-for.js";
import type { EvaluationEvent } from "../../src/evaluation/evaluation-events.js";
import { evaluationResult } from "../../src/evaluation/evaluation-result.js";
import type { EvaluationRecord } from "../../src/evaluation/read-evaluation.js";
import { presets } from "../../src/soar/presets.js";

/** Every 10 steps one more of the 20 samples of one problem is right, up to 20. */
function record(readAt: EvaluationConfig["test"]["readAt"], rewards: number[]): EvaluationRecord {
  const config = evaluationConfigFor({
    protocol: "hard-only",
    base: presets.paper,
    changes: { training: { steps: rewards.length }, test: { readAt, k: [1], every: 10, window: 20 } },
  });
  const evaluations = Array.from(
    { length: rewards.length / 10 + 1 },
    (_, i): EvaluationEvent => ({
      type: "evaluation",
      at: "2026-01-01T00:00:00.000Z",
      step: 10 * i,
      training: [],
      correct: [Math.min(20, i)],
      samples: 20,
      checkpoint: null,
      questionBytes: 0,
      seconds: 1,
    }),
  );
  return { folder: "x", config, start: undefined, evaluations, rewards, questions: [], ended: true };
}

/** Rises from step 50 to 100, then flat. */
const rising = Array.from({ length: 200 }, (_, i) => Math.min(100, Math.max(0, 2 * (i - 50))));

describe("evaluationResult", () => {
  it("averages the evaluations of the window after the plateau (App. B.6)", () => {
    const { plateau, steps, passAtK } = evaluationResult(record("plateau", rising));
    // The centred 25-step average goes flat where its window has left the rise, but for 15% of the largest slope.
    expect(plateau).toBeGreaterThan(100);
    expect(plateau).toBeLessThanOrEqual(112);
    expect(steps).toEqual([plateau! < 110 ? 110 : 120, plateau! < 110 ? 120 : 130]);
    expect(passAtK).toEqual([{ k: 1, value: (steps[0]! + steps[1]!) / 2 / 200 }]);
  });

  it("reads the end where there is no plateau or the run is too short for one", () => {
    const line = Array.from({ length: 100 }, (_, i) => i);
    expect(evaluationResult(record("plateau", line))).toMatchObject({ plateau: undefined, steps: [100] });
    expect(evaluationResult(record("plateau", rising.slice(0, 20)))).toMatchObject({ steps: [20] });
  });

  it("reads the end, or the first evaluation at or after a step", () => {
    expect(evaluationResult(record("end", rising)).steps).toEqual([200]);
    expect(evaluationResult(record(50, rising)).steps).toEqual([50]);
    expect(evaluationResult(record(51, rising)).steps).toEqual([60]);
    expect(evaluationResult(record(999, rising)).steps).toEqual([200]);
  });

  it("says that there is nothing to read yet", () => {
    expect(() => evaluationResult({ ...record("end", rising), evaluations: [] })).toThrow(
      "x has no evaluation yet",
    );
  });
});
