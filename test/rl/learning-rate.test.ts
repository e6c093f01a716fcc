import { expect, it } from "vitest";
import { learningRate } from "../../src/rl/learning-rate.js";

const cosine = { totalSteps: 220, peak: 1e-5, warmupSteps: 20, schedule: "cosine" as const };

it("rises linearly, then falls along a cosine", () => {
  expect(learningRate({ ...cosine, step: 0 })).toBeCloseTo(5e-7, 12);
  expect(learningRate({ ...cosine, step: 19 })).toBeCloseTo(1e-5, 12);
  expect(learningRate({ ...cosine, step: 20 })).toBeCloseTo(1e-5, 12);
  expect(learningRate({ ...cosine, step: 120 })).toBeCloseTo(5e-6, 12);
  expect(learningRate({ ...cosine, step: 220 })).toBeCloseTo(0, 12);
  expect(learningRate({ ...cosine, step: 5000 })).toBeCloseTo(0, 12);
});

it("stays at its peak when constant", () => {
  expect(learningRate({ ...cosine, schedule: "constant", step: 200 })).toBe(1e-5);
});
