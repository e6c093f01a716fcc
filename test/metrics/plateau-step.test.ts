import { describe, expect, it } from "vitest";
import { meanAfterStep } from "../../src/metrics/mean-after-step.js";
import { plateauStep } from "../../src/metrics/plateau-step.js";

describe("plateauStep", () => {
  it("finds the corner of a ramp", () => {
    // Rises by 1 a step up to 100, then is flat. The centred mean of 25 sees the corner 12 steps ahead: its slope falls
    // from 1 by 1/25 a step, and is under 0.15 once 22 of the 25 differences are flat.
    const rewards = Array.from({ length: 300 }, (_, t) => Math.min(t, 100));
    const { step, smoothed, slopes } = plateauStep({ rewards });
    expect(step).toBe(109);
    expect(slopes[109]! / slopes[50]!).toBeCloseTo(3 / 25, 12);
    expect(slopes[108]! / slopes[50]!).toBeCloseTo(4 / 25, 12);
    expect(smoothed[12]).toBe(12);
    expect(smoothed[11]).toBeNaN();
    expect(smoothed[288]).toBeNaN();
  });

  it("looks for the plateau after the rise, or from the start when asked to", () => {
    const rewards = Array.from({ length: 400 }, (_, t) => 10 / (1 + Math.exp(-(t - 200) / 12)));
    const { step, steepest } = plateauStep({ rewards });
    expect(Math.abs(steepest! - 200)).toBeLessThanOrEqual(1);
    expect(step).toBeGreaterThan(220);
    expect(step).toBeLessThan(260);
    expect(plateauStep({ rewards, searchFrom: "start" }).step).toBe(12);
  });

  it("agrees both ways on a run that rises fastest at its start, however it is scaled", () => {
    const rewards = Array.from({ length: 300 }, (_, t) => 1 - Math.exp(-t / 40));
    const { step } = plateauStep({ rewards });
    expect(step).toBe(12 + Math.ceil(-40 * Math.log(0.15)));
    expect(plateauStep({ rewards, searchFrom: "start" }).step).toBe(step);
    expect(plateauStep({ rewards: rewards.map(x => 120 * x - 7) }).step).toBe(step);
  });

  it("says so where there is no plateau to find", () => {
    expect(plateauStep({ rewards: [] })).toMatchObject({ step: undefined, steepest: undefined });
    expect(plateauStep({ rewards: new Array(25).fill(1) }).step).toBeUndefined();
    expect(plateauStep({ rewards: Array.from({ length: 60 }, (_, t) => t) }).step).toBeUndefined();
    expect(plateauStep({ rewards: new Array(60).fill(1) }).step).toBe(12);
    expect(plateauStep({ rewards: Array.from({ length: 60 }, (_, t) => -t) }).step).toBe(12);
  });

  it("refuses holes", () => {
    expect(() => plateauStep({ rewards: [1, Number.NaN] })).toThrow(/rewards\[1\] = NaN/);
    expect(() => plateauStep({ rewards: [1], threshold: 15 })).toThrow(/threshold = 15/);
    expect(() => plateauStep({ rewards: [1], window: 24 })).toThrow(/expected an odd number/);
  });
});

describe("meanAfterStep", () => {
  const evaluations = [0, 50, 100, 150, 200, 250, 300].map(step => ({ step, value: step / 50 }));

  it("averages the steps after the plateau", () => {
    expect(meanAfterStep({ evaluations, step: 50 })).toEqual({ mean: 3.5, count: 4, lastStep: 250 });
    expect(meanAfterStep({ evaluations, step: 200 })).toEqual({ mean: 5.5, count: 2, lastStep: 300 });
    expect(meanAfterStep({ evaluations, step: 900 })).toEqual({
      mean: Number.NaN,
      count: 0,
      lastStep: undefined,
    });
  });

  it("refuses an impossible window", () => {
    expect(() => meanAfterStep({ evaluations, step: 0, window: 0 })).toThrow(/window = 0/);
    expect(() => meanAfterStep({ evaluations, step: Number.NaN })).toThrow(/step = NaN/);
  });
});
