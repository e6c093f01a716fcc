import { describe, expect, it } from "vitest";
import { cosineKernel } from "../../src/diversity/kernel-matrix.js";
import { vendiScore } from "../../src/diversity/vendi-score.js";
import { vendiSubsamples } from "../../src/diversity/vendi-subsamples.js";
import { referenceVectors } from "./reference-vectors.js";

describe("vendiSubsamples", () => {
  const vectors = referenceVectors(40, 60);

  it("scores draws of the size asked, the same whichever way they are worked out", () => {
    const [one, two] = vendiSubsamples({ vectors, size: 12, draws: 30, q: [1, 2] });
    expect(one).toMatchObject({ q: 1, size: 12, draws: 30 });
    expect(one!.scores).toHaveLength(30);
    expect(Math.max(...one!.scores)).toBeLessThanOrEqual(12);
    expect(two!.mean).toBeLessThan(one!.mean);
    const mean = one!.scores.reduce((a, b) => a + b) / 30;
    expect(one!.mean).toBeCloseTo(mean, 12);
    expect(one!.sd).toBeCloseTo(Math.sqrt(one!.scores.reduce((s, x) => s + (x - mean) ** 2, 0) / 29), 12);
    // As one kernel; and with so few draws that each is worked out by itself.
    const [fromKernel] = vendiSubsamples({ kernel: cosineKernel(vectors), size: 12, draws: 30 });
    expect(fromKernel!.mean).toBeCloseTo(one!.mean, 10);
    const [few] = vendiSubsamples({ vectors, size: 12, draws: 2 });
    few!.scores.forEach((score, i) => {
      expect(score).toBeCloseTo(one!.scores[i]!, 10);
    });
    // Fewer components than items in a draw.
    const narrow = referenceVectors(40, 5);
    const [fromNarrow] = vendiSubsamples({ vectors: narrow, size: 12 });
    expect(vendiSubsamples({ kernel: cosineKernel(narrow), size: 12 })[0]!.mean).toBeCloseTo(
      fromNarrow!.mean,
      9,
    );
  });

  it("draws without replacement unless told otherwise", () => {
    const whole = vendiScore({ vectors });
    const [all] = vendiSubsamples({ vectors, size: 40, draws: 5 });
    for (const score of all!.scores) expect(score).toBeCloseTo(whole, 10);
    const [repeated] = vendiSubsamples({ vectors, size: 40, draws: 20, replacement: true });
    expect(Math.max(...repeated!.scores)).toBeLessThan(whole);
    expect(repeated!.sd).toBeGreaterThan(0);
  });

  it("is the same for the same seed", () => {
    const draw = (seed: number) => vendiSubsamples({ vectors, size: 8, draws: 4, seed })[0]!.scores;
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it("draws every item equally often", () => {
    // One kernel in which item 0 is unlike all others, which are alike: the score of a draw says whether 0 is in it.
    const items = Array.from({ length: 10 }, (_, i) => (i === 0 ? "odd" : "same"));
    const similarity = (a: string, b: string) => +(a === b);
    const { scores } = vendiSubsamples({ items, similarity, size: 3, draws: 4000 })[0]!;
    const share = scores.filter(score => score > 1.1).length / 4000;
    expect(Math.abs(share - 0.3)).toBeLessThan(4 * Math.sqrt(0.21 / 4000));
  });

  it("takes texts, and a large pool", () => {
    const items = Array.from({ length: 5000 }, (_, i) => `What is ${i} plus ${i % 7} ?`);
    const [row] = vendiSubsamples({ items, draws: 3, size: 16 });
    expect(row!.mean).toBeGreaterThan(1);
    expect(row!.mean).toBeLessThan(16);
  });

  it("refuses pools that are too small", () => {
    expect(() => vendiSubsamples({ vectors })).toThrow(/size = 128 but there are 40 items; draw fewer/);
    expect(() => vendiSubsamples({ vectors: [], replacement: true })).toThrow(/there are 0 items/);
    expect(() => vendiSubsamples({ vectors, size: 1.5 })).toThrow(/size = 1.5/);
    expect(() => vendiSubsamples({ vectors, draws: 0 })).toThrow(/draws = 0/);
  });
});
