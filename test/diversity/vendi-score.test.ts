import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cosineKernel } from "../../src/diversity/kernel-matrix.js";
import { meanPairwiseDistance } from "../../src/diversity/mean-pairwise-distance.js";
import { ngramKernel } from "../../src/diversity/ngram-kernel.js";
import { effectiveNumber, vendiScore } from "../../src/diversity/vendi-score.js";
import references from "./fixtures/references.json" with { type: "json" };
import { referenceVectors, relativeError } from "./reference-vectors.js";

const orderOf = (name: string) => (name === "inf" ? Number.POSITIVE_INFINITY : Number(name));
const words = (text: string) => text.split(" ");

function jaccard(a: string, b: string): number {
  const first = new Set(words(a));
  const second = new Set(words(b));
  const shared = [...first].filter(word => second.has(word)).length;
  return shared / (first.size + second.size - shared);
}

describe("vendiScore against the package vendi-score", () => {
  describe.each(references.vectors)("$n vectors of $d", reference => {
    const vectors = referenceVectors(reference.n, reference.d);
    const weights = vectors.map((_, i) => 1 + (i % 5));

    it("from vectors, all orders at once", () => {
      const expected = Object.entries(reference.scores);
      const rows = vendiScore({ vectors, q: expected.map(([q]) => orderOf(q)) });
      expected.forEach(([q, score], i) => {
        expect(rows[i]!.q).toBe(orderOf(q));
        expect(relativeError(rows[i]!.score, score)).toBeLessThan(1e-9);
      });
      expect(relativeError(vendiScore({ vectors }), reference.scoreX)).toBeLessThan(1e-9);
    });

    it("from their kernel", () => {
      const kernel = cosineKernel(vectors);
      const rows = Array.from({ length: kernel.size }, (_, i) =>
        kernel.data.subarray(i * kernel.size, (i + 1) * kernel.size),
      );
      for (const [q, score] of Object.entries(reference.scores)) {
        expect(relativeError(vendiScore({ kernel, q: orderOf(q) }), score)).toBeLessThan(1e-9);
        expect(relativeError(vendiScore({ kernel: rows, q: orderOf(q) }), score)).toBeLessThan(1e-9);
      }
    });

    it("with weights", () => {
      for (const [q, score] of Object.entries(reference.weighted)) {
        expect(relativeError(vendiScore({ vectors, weights, q: orderOf(q) }), score)).toBeLessThan(1e-9);
      }
    });

    it("mean pairwise distance", () => {
      const distance = meanPairwiseDistance({ vectors });
      if (reference.meanDistance === null) expect(distance).toBeNaN();
      else {
        expect(distance).toBeCloseTo(reference.meanDistance, 11);
        expect(meanPairwiseDistance({ kernel: cosineKernel(vectors) })).toBeCloseTo(
          reference.meanDistance,
          11,
        );
      }
    });
  });

  it("of items with a similarity", () => {
    const items = [...new Set(references.texts)];
    for (const [q, score] of Object.entries(references.jaccard)) {
      expect(relativeError(vendiScore({ items, similarity: jaccard, q: orderOf(q) }), score)).toBeLessThan(
        1e-9,
      );
    }
  });

  it("of texts by n-grams", () => {
    const { texts } = references;
    const long = ngramKernel({ texts, tokenize: words });
    expect(relativeError(vendiScore({ kernel: long }), references.ngram["1,2,3,4"])).toBeLessThan(1e-9);
    const short = ngramKernel({ texts, tokenize: words, lengths: [1, 2] });
    expect(relativeError(vendiScore({ kernel: short, q: 2 }), references.ngram["1,2"])).toBeLessThan(1e-9);
  });

  it("of duplicates", () => {
    const vectors = referenceVectors(5, 40).flatMap(vector => [vector, vector, vector]);
    for (const [q, score] of Object.entries(references.duplicates)) {
      expect(relativeError(vendiScore({ vectors, q: orderOf(q) }), score)).toBeLessThan(1e-9);
    }
    // Where rounding errors would count: the same as of the five themselves.
    const five = vendiScore({ vectors: referenceVectors(5, 40), q: 0.1 });
    expect(relativeError(vendiScore({ vectors, q: 0.1 }), five)).toBeLessThan(1e-9);
  });
});

describe("vendiScore", () => {
  const orders = [0, 0.1, 0.5, 1, 2, 7, Number.POSITIVE_INFINITY];

  it("is n of n orthogonal items and 1 of n equal ones, at every order", () => {
    const orthogonal = Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: 6 }, (_, j) => (i === j ? 3 : 0)),
    );
    const equal = new Array(50).fill([0.3, -0.1, 2]);
    for (const { score } of vendiScore({ vectors: orthogonal, q: orders })) expect(score).toBeCloseTo(6, 10);
    for (const { score } of vendiScore({ vectors: equal, q: orders })) expect(score).toBeCloseTo(1, 10);
    for (const { score } of vendiScore({ items: new Array(9).fill("x = 1"), q: orders })) {
      expect(score).toBeCloseTo(1, 10);
    }
  });

  it("is between 1 and n, falls with the order, and is the same from either side of the matrix", () => {
    const shape = fc.record({
      n: fc.integer({ min: 1, max: 24 }),
      d: fc.integer({ min: 1, max: 24 }),
      seed: fc.integer({ min: 1, max: 1000 }),
    });
    fc.assert(
      fc.property(shape, ({ n, d, seed }) => {
        const vectors = referenceVectors(n + seed, d).slice(seed);
        const rows = vendiScore({ vectors, q: orders });
        const fromKernel = vendiScore({ kernel: cosineKernel(vectors), q: orders });
        let previous = n;
        rows.forEach(({ score }, i) => {
          expect(score).toBeGreaterThan(1 - 1e-9);
          expect(score).toBeLessThan(previous + 1e-9);
          // Under order 1, an eigenvalue near the rounding limit counts: both sides agree above.
          if (orders[i]! >= 1) expect(relativeError(fromKernel[i]!.score, score)).toBeLessThan(1e-9);
          previous = score;
        });
      }),
      { numRuns: 200 },
    );
  });

  it("takes any kind of number array, and does not mind scale or order", () => {
    const vectors = referenceVectors(9, 14);
    const score = vendiScore({ vectors });
    expect(vendiScore({ vectors: vectors.map(v => [...v]) })).toBe(score);
    expect(vendiScore({ vectors: vectors.map(v => Float32Array.from(v)) })).toBeCloseTo(score, 5);
    expect(vendiScore({ vectors: vectors.map(v => v.map(x => x * 1e200)) })).toBeCloseTo(score, 10);
    expect(vendiScore({ vectors: vectors.map(v => v.map(x => x * 1e-200)) })).toBeCloseTo(score, 10);
    expect(vendiScore({ vectors: [...vectors].reverse() })).toBeCloseTo(score, 10);
  });

  it("counts a weight as so many copies, and drops items of weight 0", () => {
    const vectors = referenceVectors(4, 6);
    const copied = vendiScore({ vectors: [0, 1, 1, 1, 2, 2].map(i => vectors[i]!) });
    expect(vendiScore({ vectors, weights: [0.5, 1.5, 1, 0] })).toBeCloseTo(copied, 10);
  });

  it("is 0 of nothing and 1 of one", () => {
    expect(vendiScore({ vectors: [] })).toBe(0);
    expect(vendiScore({ items: [] })).toBe(0);
    expect(vendiScore({ kernel: [], q: [0, 1] })).toEqual([
      { q: 0, score: 0 },
      { q: 1, score: 0 },
    ]);
    expect(vendiScore({ vectors: [[5]] })).toBeCloseTo(1, 14);
    expect(vendiScore({ items: [""] })).toBe(1);
  });

  it("takes 100,000 vectors of few components", () => {
    const vectors = Array.from({ length: 100_000 }, (_, i) => [
      i % 4 === 0 ? 1 : 0,
      i % 4 === 1 ? 2 : 0,
      i % 4 > 1 ? 1 : 0,
    ]);
    // Shares 1/4, 1/4, 1/2.
    expect(vendiScore({ vectors })).toBeCloseTo(2 * Math.SQRT2, 9);
    expect(meanPairwiseDistance({ vectors })).toBeCloseTo((1 - 0.375) * (100_000 / 99_999), 10);
  });

  it.each([
    [
      {
        vectors: [
          [1, 2],
          [0, 0],
        ],
      },
      /vectors\[1\] is all zeros/,
    ],
    [
      {
        vectors: [
          [1, 2],
          [1, Number.NaN],
        ],
      },
      /vectors\[1\]\[1\] = NaN, expected a finite number/,
    ],
    [
      {
        vectors: [
          [1, 2],
          [Number.NEGATIVE_INFINITY, 1],
        ],
      },
      /vectors\[1\]\[0\] = -Infinity/,
    ],
    [{ vectors: [[1, 2], [1]] }, /vectors\[1\] has 1 components, vectors\[0\] has 2/],
    [{ vectors: [[], []] }, /vectors\[0\] is all zeros/],
    [{ kernel: [[1, 0], [0]] }, /kernel\[1\] has 1 numbers, expected 2/],
    [
      {
        kernel: [
          [1, 0.5],
          [0.2, 1],
        ],
      },
      /kernel is not symmetric/,
    ],
    [
      {
        kernel: [
          [1, 0.5],
          [Number.NaN, 1],
        ],
      },
      /kernel\[1\]\[0\] = NaN/,
    ],
    [
      {
        kernel: [
          [1, 0],
          [0, 2],
        ],
      },
      /kernel\[1\]\[1\] = 2, expected 1/,
    ],
    [
      {
        kernel: [
          [1, 0.9, 0],
          [0.9, 1, 0.9],
          [0, 0.9, 1],
        ],
      },
      /not positive semi-definite/,
    ],
    [{ kernel: { size: 2, data: new Float64Array(3) } }, /kernel.data has 3 numbers, expected 2 x 2/],
    [{ items: ["a", null as unknown as string] }, /items\[1\] is null; without a similarity, expected texts/],
    [{ vectors: [[1]], q: -1 }, /q = -1/],
    [{ vectors: [[1]], q: Number.NaN }, /q = NaN/],
    [{ vectors: [[1]], weights: [1, 1] }, /weights has 2 numbers for 1 items/],
    [{ vectors: [[1], [1]], weights: [1, -1] }, /weights\[1\] = -1/],
    [{ vectors: [[1]], weights: [0] }, /weights sum to 0/],
    [{} as { vectors: number[][] }, /expected one of vectors, kernel or items/],
    [{ items: new Array(40_000).fill("a") }, /40000 x 40000 is too large/],
  ])("refuses %#", (params, message) => {
    expect(() => vendiScore(params)).toThrow(message);
  });
});

describe("effectiveNumber", () => {
  it("is continuous at order 1, and does not underflow at large ones", () => {
    const shares = [0.5, 0.3, 0.15, 0.05];
    const at = effectiveNumber(shares, 1);
    expect(effectiveNumber(shares, 1 + 1e-9)).toBeCloseTo(at, 8);
    expect(effectiveNumber(shares, 1 - 1e-9)).toBeCloseTo(at, 8);
    expect(relativeError(effectiveNumber(shares, 1.01), effectiveNumber(shares, 1.00999999999))).toBeLessThan(
      1e-9,
    );
    expect(effectiveNumber(new Array(1000).fill(0.001), 400)).toBeCloseTo(1000, 8);
  });
});

describe("ngramKernel", () => {
  it("is 1 of a text to itself, however short, and 0 where nothing is shared", () => {
    const { data } = ngramKernel({ texts: ["a b c", "a b c", "z", "", " "] });
    expect([...data.subarray(0, 5)].map(x => Number(x.toFixed(12)))).toEqual([1, 1, 0, 0, 0]);
    expect([...data.subarray(15, 25)]).toEqual([0, 0, 0, 1, 1, 0, 0, 0, 1, 1]);
    const long = ngramKernel({ texts: ["a b", "a b c", "a c", "a b"], lengths: [3] });
    expect([...long.data]).toEqual([1, 0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 1]);
  });

  it("reads LaTeX commands and numbers as one token each", () => {
    const { data } = ngramKernel({ texts: ["\\frac{12}{x}", "\\frac{13}{x}"], lengths: [1] });
    // Counts: \frac 1, { 2, } 2, x 1, and 12 or 13: 10 shared of 11.
    expect(data[1]).toBeCloseTo(10 / 11, 12);
  });

  it("refuses impossible lengths", () => {
    expect(() => ngramKernel({ texts: ["a"], lengths: [0] })).toThrow(/length 0/);
    expect(() => ngramKernel({ texts: ["a"], lengths: [] })).toThrow(/lengths is empty/);
  });
});
