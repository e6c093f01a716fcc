import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { DataFrame } from "danfojs-node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { registerGrade } from "../../src/cli/grade.js";
import { gradeRows } from "../../src/grading/grade-rows.js";

const rows = [
  { answer: "\\frac12", given: "0.5" },
  { answer: "so \\boxed{2}", completion: "it is \\boxed{2}" },
  { answer: "3", completion: "no box, but the answer is 3." },
  { answer: "4", given: "5" },
  { answer: "9^{9^{9^9}}", given: "9^{9^{9^8}}" },
  { answer: "\\frac{", given: "5" },
];

describe("gradeRows", () => {
  it("grades in order, counts, and lists what needs a human", async () => {
    const { rows: graded, accuracy, counts, doubtful } = await gradeRows({ rows, workers: 1 });
    expect(graded.map(({ verdict }) => verdict.verdict)).toEqual([
      "equal",
      "equal",
      "unparsed",
      "different",
      "undecided",
      "unparsed",
    ]);
    expect(accuracy).toBeCloseTo(2 / 6);
    expect(counts).toEqual({ equal: 2, different: 1, undecided: 1, unparsed: 2, timeout: 0 });
    expect(doubtful).toEqual([4, 5]);
    const anywhere = await gradeRows({ rows, workers: 1, ways: ["boxed", "answer is"] });
    expect(anywhere.rows[2]).toMatchObject({ given: "3", verdict: { verdict: "equal" } });
  });

  it("works with no rows", async () => {
    expect(await gradeRows({ rows: [] })).toMatchObject({ rows: [], doubtful: [], counts: { equal: 0 } });
  });
});

describe("soarlab grade", () => {
  const folder = mkdtempSync(join(tmpdir(), "grade-"));
  let printed: string[];
  beforeEach(() => {
    printed = [];
    vi.spyOn(console, "log").mockImplementation(line => void printed.push(String(line)));
  });
  afterEach(() => vi.restoreAllMocks());
  const run = async (...args: string[]) => {
    const program = new Command().exitOverride();
    registerGrade(program);
    await program.parseAsync(["grade", ...args, "--workers", "1"], { from: "user" });
    return printed.join("\n");
  };
  const write = (name: string, content: string) => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  it("prints accuracy, counts and doubtful rows, and writes every verdict", async () => {
    const file = write("a.jsonl", rows.map(row => JSON.stringify(row)).join("\n"));
    const out = join(folder, "out.jsonl");
    const text = await run(file, "--out", out);
    expect(text).toContain("accuracy 33.33%  (2 of 6)");
    expect(text).toContain("equal 2  different 1  undecided 1  unparsed 2  timeout 0");
    expect(text).toMatch(
      /2 rows need a human to check:[\s\S]*row 5 {2}undecided[\s\S]*row 6 {2}unparsed: the right answer/,
    );
    const written = readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .map(line => JSON.parse(line));
    expect(written).toHaveLength(6);
    expect(written[0]).toMatchObject({
      line: 1,
      answer: "\\frac12",
      given: "0.5",
      verdict: "equal",
      method: "numeric",
    });
    expect(written[2]).toMatchObject({ line: 3, given: null, verdict: "unparsed" });
  });

  it("reads a CSV with other names, and answers outside boxes where it is told to", async () => {
    const file = write("a.csv", 'truth,text\n3,"no box, but the answer is 3."\n');
    expect(await run(file, "--answer", "truth", "--completion", "text")).toContain("accuracy 0.00%");
    printed = [];
    expect(await run(file, "--answer", "truth", "--completion", "text", "--anywhere")).toContain(
      "accuracy 100.00%",
    );
  });

  it("names path, row and column of what it cannot use", async () => {
    const file = write("b.jsonl", '{"gold":"1","answer":"1"}\n{"gold":"1","reply":"1"}\n');
    await expect(run(file)).rejects.toThrow(
      /b\.jsonl, row 2: no column for the completion .*; it has: gold, reply\. .*: --completion <column>/,
    );
    const list = write("c.jsonl", '{"gold":["1","2"],"answer":"1"}\n{"gold":{},"answer":"1"}\n');
    await expect(run(list)).rejects.toThrow(/c\.jsonl, row 1, column "gold": expected one reference, got/);
    const object = write("d.jsonl", '{"gold":{},"answer":"1"}\n');
    await expect(run(object)).rejects.toThrow(/d\.jsonl, row 1, column "gold": expected text, got \{\}/);
    await expect(run(file, "--answer", "truth")).rejects.toThrow(
      /b\.jsonl, row 1: no column "truth"; it has: gold/,
    );
  });

  it.each([
    ["samples_hendrycks_math_repeats.jsonl", "33.33%  (2 of 6)"],
    ["samples_gsm8k.jsonl", "50.00%  (1 of 2)"],
    ["verifiers_results.jsonl", "66.67%  (2 of 3)"],
    ["trl_completions_00010.parquet", "50.00%  (2 of 4)"],
  ])("grades the log %s", async (name, accuracy) => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const file = fileURLToPath(new URL(`../problems/fixtures/logs/${name}`, import.meta.url));
    const out = join(folder, `${name}.verdicts.jsonl`);
    expect(await run(file, "--out", out)).toContain(`accuracy ${accuracy}`);
    if (name.includes("repeats")) {
      const [first, second] = readFileSync(out, "utf8")
        .split("\n")
        .map(line => line && JSON.parse(line));
      expect([first, second]).toMatchObject([
        { line: 1, sample: 1 },
        { line: 1, sample: 2, verdict: "equal" },
      ]);
    }
  });

  it("grades a frame, whose answers of digits are numbers", async () => {
    const frame = new DataFrame([
      { given: 0.5, answer: "1/2" },
      { given: 3, answer: "2" },
    ]);
    const { accuracy } = await gradeRows({ rows: frame, workers: 1 });
    expect(accuracy).toBe(0.5);
    await expect(gradeRows({ rows: [{ answer: 1 } as never] })).rejects.toThrow(
      /row 0: "answer" is 1, expected text/,
    );
    await expect(gradeRows({ rows: [{ gold: "1", answer: "1" } as never] })).rejects.toThrow(
      /row 0 has "gold"; the right answer is "answer", the one to grade "given"/,
    );
  });
});
