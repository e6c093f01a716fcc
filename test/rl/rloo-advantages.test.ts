import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { rlooAdvantages } from "../../src/rl/rloo-advantages.js";

describe("rlooAdvantages", () => {
  it("is each reward less the mean of the others", () => {
    expect(rlooAdvantages([120, 10, 20, 0])).toEqual([110, 10 - 140 / 3, 20 - 130 / 3, -50]);
  });

  it("gives exactly 0 where all rewards are equal, and where there is nobody to compare with", () => {
    expect(rlooAdvantages([0.1, 0.1, 0.1])).toEqual([0, 0, 0]);
    expect(rlooAdvantages([7])).toEqual([0]);
    expect(rlooAdvantages([])).toEqual([]);
  });

  it("sums to zero (Proposition 1)", () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 64 }),
        rewards => {
          expect(
            Math.abs(rlooAdvantages(rewards).reduce((sum, advantage) => sum + advantage, 0)),
          ).toBeLessThan(1e-6);
        },
      ),
    );
  });
});
