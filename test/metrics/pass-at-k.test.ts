import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { comparePassAtK } from "../../src/metrics/compare-pass-at-k.js";
import { estimatePassAtK } from "../../src/metrics/estimate-pass-at-k.js";
import { passAtK } from "../../src/metrics/pass-at-k.js";
import { passAtKByProblem } from "../../src/metrics/pass-at-k-by-problem.js";
import { toDataFrame } from "../../src/metrics/to-data-frame.js";
import { createRandom } from "../../src/util/random.js";
import references from "./fixtures/references.json" with { type: "json" };

describe("estimatePassAtK", () => {
  it.each(references.passAtK)("of n = %d, c = %d, k = %d is %d", (samples, correct, k, expected) => {
    const actual = estimatePassAtK({ samples: samples!, correct: correct! }, k!);
    expect(Math.abs(actual - expected!)).toBeLessThanOrEqual(1e-13 * expected!);
  });

  it("is the share of k-subsets that hold a correct sample", () => {
    const subsets = fc
      .integer({ min: 1, max: 9 })
      .chain(n => fc.tuple(fc.constant(n), fc.integer({ min: 0, max: n }), fc.integer({ min: 1, max: n })));
    fc.assert(
      fc.property(subsets, ([n, c, k]) => {
        let all = 0;
        let hits = 0;
        for (let mask = 0; mask < 2 ** n; mask++) {
          const size = mask.toString(2).replaceAll("0", "").length;
          if (size !== k) continue;
          all++;
          if (mask & (2 ** c - 1)) hits++;
        }
        expect(estimatePassAtK({ samples: n, correct: c }, k)).toBeCloseTo(hits / all, 12);
      }),
    );
  });

  it.each([
    [{ problem: "p7", samples: 4, correct: 1 }, 8, /problem "p7": k = 8 is more than its 4 samples/],
    [{ problem: "p7", samples: 4, correct: 5 }, 1, /problem "p7": correct = 5, expected a whole number in/],
    [{ problem: 3, samples: 4.5, correct: 1 }, 1, /problem 3: samples = 4.5/],
    [{ samples: 4, correct: Number.NaN }, 1, /correct = NaN/],
    [{ samples: 4, correct: 1 }, 0, /k = 0, expected a positive whole number/],
  ])("refuses %j with k = %d", (count, k, message) => {
    expect(() => estimatePassAtK(count, k)).toThrow(message);
  });
});

describe("passAtK", () => {
  it("takes counts, bare counts and rows alike", () => {
    const rows = [
      { problem: "a", correct: true },
      { problem: "b", correct: 0 as const },
      { problem: "a", correct: false },
      { problem: "b", correct: false },
    ];
    const fromRows = passAtK({ rows, k: [1, 2] });
    expect(fromRows.map(row => [row.k, row.value, row.problems])).toEqual([
      [1, 0.25, 2],
      [2, 0.5, 2],
    ]);
    expect(passAtK({ correct: [1, 0], samples: 2, k: [1, 2] })).toEqual(fromRows);
    const counts = [
      { problem: "a", samples: 2, correct: 1 },
      { problem: "b", samples: 2, correct: 0 },
    ];
    expect(passAtK({ counts, k: [1, 2] })).toEqual(fromRows);
  });

  it("lets sample numbers differ by problem, and names the one that has too few", () => {
    const counts = [
      { problem: "long", samples: 8, correct: 4 },
      { problem: "short", samples: 2, correct: 1 },
    ];
    expect(passAtK({ counts, k: 2 })[0]?.value).toBeCloseTo((1 - 6 / 28 + 1) / 2, 14);
    expect(() => passAtK({ counts, k: [1, 4] })).toThrow(/problem "short": k = 4 is more than its 2 samples/);
  });

  it("agrees with the mean of its problems", () => {
    const random = createRandom(4);
    const counts = Array.from({ length: 200 }, () => {
      const samples = 8 + random.int(8);
      return { samples, correct: random.int(samples + 1) };
    });
    const each = passAtKByProblem({ counts, k: 8 });
    const mean = each.reduce((sum, row) => sum + row.value, 0) / 200;
    expect(passAtK({ counts, k: 8 })[0]?.value).toBeCloseTo(mean, 13);
    expect(each[5]).toMatchObject({ problem: 5, k: 8, ...counts[5] });
  });

  it("has an interval of about 1.96 standard errors on either side, the same for the same seed", () => {
    const correct = Array.from({ length: 400 }, (_, i) => i % 9);
    const [row] = passAtK({ correct, samples: 16, k: 1, seed: 1 });
    const sd = Math.sqrt(correct.reduce((s, c) => s + (c / 16 - row!.value) ** 2, 0) / 400);
    const half = (1.96 * sd) / Math.sqrt(400);
    expect(row!.value - row!.low).toBeCloseTo(half, 3);
    expect(row!.high - row!.value).toBeCloseTo(half, 3);
    expect(passAtK({ correct, samples: 16, k: 1, seed: 1 })).toEqual([row]);
    expect(passAtK({ correct, samples: 16, k: 1, seed: 2 })).not.toEqual([row]);
  });

  it("works with no problems, one, and 100,000", () => {
    expect(passAtK({ counts: [], k: 4 })).toEqual([
      { k: 4, value: Number.NaN, low: Number.NaN, high: Number.NaN, problems: 0 },
    ]);
    expect(passAtK({ correct: [2], samples: 4, k: 1 })).toEqual([
      { k: 1, value: 0.5, low: 0.5, high: 0.5, problems: 1 },
    ]);
    const [row] = passAtK({ correct: Array.from({ length: 100_000 }, (_, i) => i % 5), samples: 4, k: 1 });
    expect(row?.value).toBeCloseTo(0.5, 12);
    expect(row!.high - row!.low).toBeCloseTo((2 * 1.96 * Math.sqrt(0.125)) / Math.sqrt(100_000), 4);
  });

  it("refuses what is not graded samples", () => {
    const rows = [{ problem: "a", correct: "false" as unknown as boolean }];
    expect(() => passAtK({ rows, k: 1 })).toThrow(/rows\[0\].correct = "false"/);
    expect(() => passAtK({ rows: [{ problem: null as unknown as string, correct: true }], k: 1 })).toThrow(
      /rows\[0\].problem = null/,
    );
    const twice = [
      { problem: "a", samples: 1, correct: 1 },
      { problem: "a", samples: 1, correct: 1 },
    ];
    expect(() => passAtK({ counts: twice, k: 1 })).toThrow(/problem "a" is given twice/);
    expect(() => passAtK({ k: 1 } as never)).toThrow(/expected one of counts/);
  });

  it("makes a data frame", async () => {
    const frame = await toDataFrame(passAtK({ correct: [1, 0], samples: 2, k: [1, 2] }));
    expect(frame.shape).toEqual([2, 5]);
    expect(frame.column("value").values).toEqual([0.25, 0.5]);
    await expect(toDataFrame([])).rejects.toThrow(/rows is empty/);
  });
});

describe("comparePassAtK", () => {
  const base = [0, 1, 2, 3, 4, 5, 6, 7].map(c => ({ problem: `p${c}`, samples: 8, correct: c }));

  it("pairs problems by name", () => {
    const better = base.map(count => ({ ...count, correct: count.correct + 1 })).reverse();
    const [row] = comparePassAtK({ baseline: { counts: base }, method: { counts: better }, k: 1 });
    // Every problem gains exactly one sample in eight: no spread is left, however unlike the problems are.
    expect(row).toMatchObject({ k: 1, baseline: 3.5 / 8, method: 4.5 / 8, problems: 8 });
    expect(row?.difference).toBeCloseTo(1 / 8, 12);
    expect(row?.low).toBeCloseTo(1 / 8, 12);
    expect(row?.high).toBeCloseTo(1 / 8, 12);
  });

  it("has the interval of the mean difference", () => {
    const random = createRandom(0);
    const counts = Array.from({ length: 300 }, () => ({ samples: 8, correct: random.int(8) }));
    const moved = counts.map(count => ({ ...count, correct: count.correct + random.int(2) }));
    const [row] = comparePassAtK({ baseline: { counts }, method: { counts: moved }, k: 1 });
    const gains = moved.map((count, i) => (count.correct - counts[i]!.correct) / 8);
    const mean = gains.reduce((a, b) => a + b) / 300;
    const half = 1.96 * Math.sqrt(gains.reduce((s, x) => s + (x - mean) ** 2, 0) / 300 / 300);
    expect(row!.difference).toBeCloseTo(mean, 12);
    expect(row!.high - row!.low).toBeCloseTo(2 * half, 3);
  });

  it("names the problem that has no partner", () => {
    const fewer = { counts: base.slice(1) };
    expect(() => comparePassAtK({ baseline: { counts: base }, method: fewer, k: 1 })).toThrow(
      /"p0" is in baseline but not in method/,
    );
    expect(() => comparePassAtK({ baseline: fewer, method: { counts: base }, k: 1 })).toThrow(
      /"p0" is in method but not in baseline/,
    );
  });
});
