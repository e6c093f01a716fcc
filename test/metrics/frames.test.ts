import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { groupMeans } from "../../src/metrics/group-means.js";
import { toDataFrame } from "../../src/metrics/to-data-frame.js";
import { passAtKFrom } from "../../src/pass-at-k/pass-at-k-from.js";
import { readRun } from "../../src/soar/run-log.js";
import { columnsOf, frameRows } from "../../src/util/frame-rows.js";
import { packageRoot } from "../../src/util/package-root.js";

describe("toDataFrame", () => {
  it("has a column per key, values by key, and NaN or null for what is missing", async () => {
    const rows = [{ a: 1, c: "x" }, { c: "y", a: 2 }, { b: 9 }];
    const frame = await toDataFrame(rows);
    expect(frame.columns).toEqual(["a", "c", "b"]);
    expect(frame.values).toEqual([
      [1, "x", Number.NaN],
      [2, "y", Number.NaN],
      [Number.NaN, null, 9],
    ]);
    expect(frameRows(frame)).toEqual(rows);
  });

  it("keeps every cell of a run's metrics, whose names differ from step to step", async () => {
    const run = await readRun(join(packageRoot, "data/runs/gym-seed-0"));
    const rows = run.steps.map(({ step, metrics }) => ({ step, ...metrics }));
    expect(new Set(rows.map(row => Object.keys(row).join())).size).toBeGreaterThan(1);
    const frame = await toDataFrame(rows);
    expect(frame.columns).toEqual(columnsOf(rows));
    expect(frameRows(frame)).toEqual(rows);
  });

  it("counts as samples for pass@k", async () => {
    const rows = [
      { problem: "a", correct: true },
      { problem: "a", correct: false },
      { correct: false, problem: "b" },
      { correct: false, problem: "b" },
    ];
    const { counts } = await passAtKFrom(await toDataFrame(rows), { draws: 0 });
    expect(counts).toEqual([
      { problem: "a", samples: 2, correct: 1 },
      { problem: "b", samples: 2, correct: 0 },
    ]);
  });
});

describe("groupMeans", () => {
  it("averages what is there, of rows and of frames", async () => {
    const rows = [
      { stage: 0, kind: "k=2", reward: 1, right: true },
      { stage: 1, kind: "k=2", reward: 5 },
      { stage: 0, kind: "k=3", right: false },
      { stage: 0, kind: "k=2", reward: 3, right: true },
    ];
    const expected = [
      { stage: 0, reward: 2, right: 2 / 3, rows: 3 },
      { stage: 1, reward: 5, right: Number.NaN, rows: 1 },
    ];
    expect(groupMeans(rows, { by: "stage", of: ["reward", "right"] })).toEqual(expected);
    expect(groupMeans(await toDataFrame(rows), { by: "stage", of: ["reward", "right"] })).toEqual(expected);
    expect(groupMeans(rows, { by: ["stage", "kind"], of: "reward" }).map(({ reward }) => reward)).toEqual([
      2,
      5,
      Number.NaN,
    ]);
    expect(groupMeans([], { by: "a", of: "b" })).toEqual([]);
    expect(() => groupMeans(rows, { by: "stge", of: "reward" })).toThrow(/no row has the column "stge"/);
    expect(() => groupMeans(rows, { by: "stage", of: "kind" })).toThrow(/"kind" has "k=2", expected numbers/);
  });
});
