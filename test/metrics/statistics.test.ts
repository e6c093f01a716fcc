import { describe, expect, it } from "vitest";
import { aggregateSeeds } from "../../src/metrics/aggregate-seeds.js";
import {
  mean,
  median,
  movingAverage,
  percentileInterval,
  quantile,
  standardDeviation,
  studentTQuantile,
} from "../../src/metrics/statistics.js";
import { summarize } from "../../src/metrics/summarize.js";
import references from "./fixtures/references.json" with { type: "json" };

describe("summaries", () => {
  it.each(references.studentT)("t quantile %d of %d degrees of freedom is %d", (p, df, expected) => {
    expect(Math.abs(studentTQuantile(p!, df!) / expected! - 1)).toBeLessThan(1e-11);
    expect(studentTQuantile(1 - p!, df!)).toBeCloseTo(-expected!, 9);
  });

  it.each(references.quantiles)("quantile %d is %d", (p, expected) => {
    expect(quantile(references.sample, p!)).toBeCloseTo(expected!, 12);
  });

  it("agree with SciPy", () => {
    const summary = summarize({ values: references.sample });
    expect(summary.sd).toBeCloseTo(references.sampleSd, 12);
    expect(summary.low).toBeCloseTo(references.sampleInterval[0]!, 11);
    expect(summary.high).toBeCloseTo(references.sampleInterval[1]!, 11);
    expect(summary).toMatchObject({
      count: 41,
      mean: mean(references.sample),
      median: median(references.sample),
    });
  });

  it("are defined on nothing and on one value", () => {
    expect(summarize({ values: [] })).toEqual({
      count: 0,
      mean: Number.NaN,
      sd: Number.NaN,
      median: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
    });
    expect(summarize({ values: [2] })).toMatchObject({
      count: 1,
      mean: 2,
      median: 2,
      sd: Number.NaN,
      low: Number.NaN,
    });
    expect(standardDeviation([1e9, 1e9 + 1])).toBeCloseTo(Math.SQRT1_2, 12);
    expect(median([3, 1, 2, 10])).toBe(2.5);
    expect(median([3, 1, Number.NaN, 2])).toBeNaN();
  });

  it("refuse what is out of range", () => {
    expect(() => quantile([1], 1.5)).toThrow(/p = 1.5/);
    expect(() => studentTQuantile(0, 3)).toThrow(/p = 0/);
    expect(() => studentTQuantile(0.9, 0.5)).toThrow(/degreesOfFreedom = 0.5/);
    expect(() => summarize({ values: [1], confidence: 95 })).toThrow(/confidence = 95/);
    expect(() => percentileInterval(Float64Array.of(1), 0)).toThrow(/confidence = 0/);
  });
});

describe("movingAverage", () => {
  it("averages full windows only", () => {
    expect(movingAverage({ values: [3, 6, 9, 0], window: 3 })).toEqual([Number.NaN, Number.NaN, 6, 5]);
    expect(movingAverage({ values: [3, 6, 9, 0], window: 3, align: "centred" })).toEqual([
      Number.NaN,
      6,
      5,
      Number.NaN,
    ]);
    expect(movingAverage({ values: [1, 2], window: 3 })).toEqual([Number.NaN, Number.NaN]);
    expect(movingAverage({ values: [], window: 1 })).toEqual([]);
  });

  it("refuses impossible windows", () => {
    expect(() => movingAverage({ values: [1], window: 0 })).toThrow(/window = 0/);
    expect(() => movingAverage({ values: [1], window: 4, align: "centred" })).toThrow(
      /expected an odd number/,
    );
  });
});

describe("aggregateSeeds", () => {
  it("gives the spread over runs, between teachers and within", () => {
    const runs = [
      { teacher: 0, student: 0, value: 1 },
      { teacher: 0, student: 1, value: 3 },
      { teacher: 1, student: 0, value: 5 },
      { teacher: 1, student: 1, value: 7 },
    ];
    const result = aggregateSeeds({ runs });
    expect(result).toMatchObject({
      mean: 4,
      teachers: 2,
      studentsPerTeacher: { min: 2, max: 2 },
      runs: 4,
    });
    expect(result.sd).toBeCloseTo(Math.sqrt(20 / 3), 12);
    expect(result.sdBetweenTeachers).toBeCloseTo(Math.sqrt(8), 12);
    expect(result.sdWithinTeachers).toBeCloseTo(Math.sqrt(2), 12);
  });

  it("is defined on no run, one, and unequal teachers", () => {
    expect(aggregateSeeds({ runs: [] })).toMatchObject({ mean: Number.NaN, teachers: 0, runs: 0 });
    expect(aggregateSeeds({ runs: [{ teacher: "a", student: 1, value: 2 }] })).toEqual({
      mean: 2,
      sd: Number.NaN,
      sdBetweenTeachers: Number.NaN,
      sdWithinTeachers: Number.NaN,
      teachers: 1,
      studentsPerTeacher: { min: 1, max: 1 },
      runs: 1,
    });
    const unequal = [
      { teacher: "a", student: 0, value: 0 },
      { teacher: "b", student: 0, value: 1 },
      { teacher: "b", student: 1, value: 1 },
    ];
    expect(aggregateSeeds({ runs: unequal }).studentsPerTeacher).toEqual({ min: 1, max: 2 });
  });

  it("refuses a run twice and a value that is none", () => {
    const run = { teacher: 1, student: 2, value: 0 };
    expect(() => aggregateSeeds({ runs: [run, run] })).toThrow(/teacher 1, student 2 is given twice/);
    expect(() => aggregateSeeds({ runs: [{ ...run, value: Number.NaN }] })).toThrow(/value = NaN/);
  });
});
