import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { checkFigure } from "../../src/figures/figure.js";
import { comparePassAtK } from "../../src/metrics/compare-pass-at-k.js";
import { passAtK } from "../../src/metrics/pass-at-k.js";
import { toDataFrame } from "../../src/metrics/to-data-frame.js";
import { passAtKFrom } from "../../src/pass-at-k/pass-at-k-from.js";

const folder = mkdtempSync(join(tmpdir(), "pass-at-k-from-"));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = fileURLToPath(new URL("../problems/fixtures/math-100x8.jsonl", import.meta.url));
const counts = [
  { problem: "a", samples: 10, correct: 3 },
  { problem: "b", samples: 8, correct: 0 },
  { problem: "c", samples: 8, correct: 8 },
];
const rows = counts.flatMap(({ problem, samples, correct }) =>
  Array.from({ length: samples }, (_, i) => ({ problem, correct: i < correct })),
);

describe("passAtKFrom", () => {
  it("takes counts, numbers of right samples, samples, ungraded samples and a file to the same", async () => {
    const file = join(folder, "samples.jsonl");
    writeFileSync(file, rows.map(row => `${JSON.stringify(row)}\n`).join(""));
    const ungraded = rows.map(({ problem, correct }) => ({
      problem,
      gold: "1",
      completion: correct ? "\\boxed{1}" : "\\boxed{2}",
    }));
    const expected = passAtK({ counts, k: [1, 4, 8] });
    for (const source of [counts, rows, ungraded, file]) {
      const result = await passAtKFrom(source);
      expect(result.counts).toEqual(counts);
      expect(result.rows).toEqual(expected);
      const frame = await toDataFrame(result.rows);
      expect(frame.columns).toEqual(["k", "value", "low", "high", "problems"]);
      expect(frame.values).toEqual(expected.map(row => Object.values(row)));
      expect(() => checkFigure(result.figure)).not.toThrow();
      const [trace] = result.figure.data;
      expect(trace!.x).toEqual([1, 4, 8]);
      expect(trace!.y).toEqual(expected.map(({ value }) => 100 * value));
      expect(result.figure.layout.showlegend).toBe(false);
      expect(JSON.stringify(result.figure.layout.title)).toContain(
        "3 problems  |  8 to 10 samples each  |  95% intervals",
      );
    }
    const bare = await passAtKFrom([3, 0, 8], { samples: 10 });
    expect(bare.counts).toEqual([
      { problem: "0", samples: 10, correct: 3 },
      { problem: "1", samples: 10, correct: 0 },
      { problem: "2", samples: 10, correct: 8 },
    ]);
  });

  it("asks for the paper's k up to the fewest samples, or for those that are given", async () => {
    const ks = async (samples: number, k?: number | number[]) =>
      (await passAtKFrom([1, 2, 0, 1], { samples, k, draws: 0 })).rows.map(row => row.k);
    expect(await ks(2)).toEqual([1]);
    expect(await ks(31)).toEqual([1, 4, 8, 16]);
    expect(await ks(128)).toEqual([1, 4, 8, 16, 32]);
    expect(await ks(10, [2, 10])).toEqual([2, 10]);
    expect(await ks(10, 5)).toEqual([5]);
    await expect(ks(10, 11)).rejects.toThrow(/problem "0": k = 11 is more than its 10 samples/);
  });

  it("passes on draws, confidence and seed, and titles", async () => {
    const options = { draws: 200, confidence: 0.5, seed: "mine", k: 2 } as const;
    const result = await passAtKFrom(counts, { ...options, title: "Mine", subtitle: "today" });
    expect(result.rows).toEqual(passAtK({ counts, ...options }));
    expect(JSON.stringify(result.figure.layout.title)).toMatch(/Mine.*today/);
    const none = await passAtKFrom(counts, { draws: 0 });
    expect(none.rows[0]).toMatchObject({ low: Number.NaN, high: Number.NaN });
    expect(JSON.stringify(none.figure.layout.title)).not.toContain("interval");
  });

  it("compares several series in pairs with the first, where they have its problems", async () => {
    const better = counts.map(count => ({ ...count, correct: Math.min(count.samples, count.correct + 2) }));
    const other = counts.map(count => ({ ...count, problem: `other ${count.problem}` }));
    // In another order, and called by numbers.
    const result = await passAtKFrom({ base: counts, better: [...better].reverse(), other });
    expect(Object.keys(result.counts)).toEqual(["base", "better", "other"]);
    expect(result.rows.map(({ series, k }) => `${series} ${k}`)).toEqual(
      ["base", "better", "other"].flatMap(series => [1, 4, 8].map(k => `${series} ${k}`)),
    );
    const expected = comparePassAtK({
      baseline: { counts },
      method: { counts: better },
      k: [1, 4, 8],
    });
    const names = { series: "better", against: "base", onlySeries: 0, onlyAgainst: 0 };
    expect(result.differences).toEqual(expected.map(row => ({ ...names, ...row })));
    expect((await toDataFrame(result.rows)).columns).toEqual([
      "series",
      "k",
      "value",
      "low",
      "high",
      "problems",
    ]);
    expect(result.figure.data.map(({ name }) => name)).toEqual(["base", "better", "other"]);
    expect(result.figure.layout.showlegend).toBe(true);
  });

  it("pairs problems that are numbers here and text in a file", async () => {
    const file = join(folder, "numbered.csv");
    writeFileSync(file, "id,n,c\n1,4,1\n2,4,3\n");
    const memory = [1, 2].map(problem => ({ problem, samples: 4, correct: 2 }));
    const { differences } = await passAtKFrom({ file, memory }, { k: 1 });
    expect(differences).toHaveLength(1);
    expect(differences[0]!.difference).toBeCloseTo(0);
  });

  it("reads the fixture of 800 real answers", async () => {
    const { rows } = await passAtKFrom(fixture);
    expect(rows.map(({ k, problems }) => [k, problems])).toEqual([
      [1, 100],
      [4, 100],
      [8, 100],
    ]);
    expect(rows[0]!.value).toBe(729 / 800);
  });

  it("takes 0 and 1 for verdicts, but no truthy text", async () => {
    const verdict = (correct: unknown) => passAtKFrom([{ problem: "a", correct: correct as boolean }]);
    expect((await verdict(1)).counts).toEqual([{ problem: "a", samples: 1, correct: 1 }]);
    await expect(verdict("false")).rejects.toThrow(
      /rows\[0\]\.correct = "false", expected true, false, 1 or 0/,
    );
  });

  it.each([
    [() => passAtKFrom([]), /samples is empty, expected at least one problem/],
    [() => passAtKFrom({ a: counts, b: [] }), /b is empty/],
    [() => passAtKFrom({}), /no series, expected at least one/],
    [() => passAtKFrom([3, 0]), /numbers of right samples; say of how many each: \{ samples: 32 \}/],
    [() => passAtKFrom([3], { samples: 2 }), /problem "0": correct = 3, expected a whole number in \[0, 2\]/],
    [() => passAtKFrom([{ problem: "a", samples: 0, correct: 0 }]), /problem "a" has no samples/],
    [() => passAtKFrom(["a"] as never), /samples\[0\] is "a", expected a count or a sample/],
    [() => passAtKFrom({ a: 3 as never }), /a is 3, expected a file's path or an array/],
    [() => passAtKFrom([{ problem: "a", text: "x" }]), /samples\[0\]: no column for the verdict/],
    [() => passAtKFrom([...counts, counts[0]!]), /counts\[3\]: problem "a" is given twice/],
    [() => passAtKFrom(join(folder, "absent.jsonl")), /samples: cannot read .*absent\.jsonl: ENOENT/],
    [() => passAtKFrom(folder), /is not an evaluation run: it has no evaluation\.json/],
    [() => passAtKFrom(5 as never), /samples is 5, expected a file.s path or an array/],
    [() => passAtKFrom(null as never), /expected a file.s path or an array/],
  ])("says what is wrong with a source (%#)", async (ask, message) => {
    await expect(ask()).rejects.toThrow(message);
  });

  it("asks the reader of evaluations for a folder", async () => {
    const empty = join(folder, "empty");
    mkdirSync(empty);
    await expect(passAtKFrom(empty)).rejects.toThrow(/empty/);
  });
});
