import { describe, expect, it } from "vitest";
import { choosePromoted, movingAverage, promotes } from "../../src/soar/promotion-rule.js";

const rule = { threshold: 0.01, window: 3, restartWindow: true };

describe("the promotion rule", () => {
  it("waits for a full window", () => {
    expect(movingAverage([0.5, 0.5], 3)).toBeUndefined();
    expect(promotes([0.5, 0.5], rule)).toBe(false);
    expect(promotes([0.5, 0.5, 0.5], rule)).toBe(true);
  });

  it("averages the last steps alone, and must exceed the threshold", () => {
    expect(movingAverage([9, 0, 0, 0.3], 3)).toBeCloseTo(0.1);
    expect(promotes([0, 0, 0.03], { ...rule, threshold: 0.01 })).toBe(0.03 / 3 > 0.01);
    expect(promotes([0.01, 0.01, 0.01], rule)).toBe(false);
  });

  it("promotes the median student of the dataset with the largest mean", () => {
    expect(
      choosePromoted([
        [0.1, 0.1, 0.1],
        [0, 0.9, 0.3],
      ]),
    ).toEqual({ dataset: 1, student: 2 });
    expect(choosePromoted([[0.4, 0.1, 0.3, 0.2]])).toEqual({ dataset: 0, student: 3 });
    expect(choosePromoted([[0], [0]])).toEqual({ dataset: 0, student: 0 });
  });
});
