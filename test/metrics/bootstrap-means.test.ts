import { describe, expect, it } from "vitest";
import { binomialSample } from "../../src/metrics/binomial-sample.js";
import { bootstrapMeans } from "../../src/metrics/bootstrap-means.js";
import { mean, standardDeviation } from "../../src/metrics/statistics.js";
import { createRandom } from "../../src/util/random.js";

describe("bootstrapMeans", () => {
  // The mean of a resample of N has the sample's mean, and its population SD over sqrt(N). Each of the three ways to
  // resample: index by index under 2^16 and over, and one binomial per distinct row.
  it.each([
    ["few members", 7, 7, 20_000],
    ["16-bit indices", 1428, 129, 4_000],
    ["32-bit indices", 70_000, 7_000, 1_000],
    ["binomials", 1428, 9, 20_000],
    ["binomials of a large sample", 100_000, 129, 4_000],
  ])("has the mean and spread of resampling: %s", (_, total, distinct, draws) => {
    const rows = Array.from({ length: distinct }, (_, i) => [i / distinct, (i / distinct) ** 3]);
    const counts = rows.map((_, i) => Math.floor(total / distinct) + (i < total % distinct ? 1 : 0));
    const means = bootstrapMeans({ rows, counts, draws, seed: 5 });
    means.forEach((column, q) => {
      const expected = rows.reduce((s, row, i) => s + row[q]! * counts[i]!, 0) / total;
      const variance = rows.reduce((s, row, i) => s + (row[q]! - expected) ** 2 * counts[i]!, 0) / total;
      const sd = Math.sqrt(variance / total);
      expect(column).toHaveLength(draws);
      expect(Math.abs(mean(column) - expected)).toBeLessThan((4 * sd) / Math.sqrt(draws));
      expect(Math.abs(standardDeviation(column) / sd - 1)).toBeLessThan(4 / Math.sqrt(2 * draws));
    });
  });

  it("draws every member equally often", () => {
    const rows = Array.from({ length: 3000 }, (_, i) => Array.from({ length: 3 }, (_, j) => +(i % 3 === j)));
    const shares = bootstrapMeans({ rows, draws: 500 }).map(column => mean(column));
    for (const share of shares)
      expect(Math.abs(share - 1 / 3)).toBeLessThan(4 * Math.sqrt(2 / 9 / 1_500_000));
  });

  it("refuses ragged rows and impossible counts", () => {
    expect(() => bootstrapMeans({ rows: [[1], [1, 2]] })).toThrow(/rows\[1\] has 2 values, rows\[0\] has 1/);
    expect(() => bootstrapMeans({ rows: [[1]], counts: [-1] })).toThrow(/counts\[0\] = -1/);
    expect(() => bootstrapMeans({ rows: [[1]], counts: [] })).toThrow(/0 counts for 1 rows/);
    expect(() => bootstrapMeans({ rows: [[1]], draws: 0 })).toThrow(/draws = 0/);
  });
});

describe("binomialSample", () => {
  it.each([
    [5, 0.3],
    [40, 0.02],
    [100, 0.5],
    [1428, 0.9],
    [100_000, 0.25],
  ])("has the distribution of n = %d, p = %d", (n, p) => {
    const random = createRandom(n);
    const draws = 20_000;
    const seen = new Map<number, number>();
    for (let i = 0; i < draws; i++) {
      const k = binomialSample(random, n, p);
      seen.set(k, (seen.get(k) ?? 0) + 1);
    }
    // Pearson's statistic over the cells that expect at least 5, the rest in one.
    let logMass = n * Math.log1p(-p);
    let statistic = 0;
    let freedom = -1;
    let [restExpected, restSeen] = [0, 0];
    for (let k = 0; k <= n; k++) {
      const expected = draws * Math.exp(logMass);
      if (expected >= 5) {
        statistic += ((seen.get(k) ?? 0) - expected) ** 2 / expected;
        freedom++;
      } else {
        restExpected += expected;
        restSeen += seen.get(k) ?? 0;
      }
      logMass += Math.log(((n - k) * p) / ((k + 1) * (1 - p)));
    }
    if (restExpected > 1) {
      statistic += (restSeen - restExpected) ** 2 / restExpected;
      freedom++;
    }
    expect(statistic).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom) + 4);
  });

  it("is certain at the ends", () => {
    const random = createRandom(0);
    expect([
      binomialSample(random, 9, 0),
      binomialSample(random, 9, 1),
      binomialSample(random, 0, 0.5),
    ]).toEqual([0, 9, 0]);
  });
});
