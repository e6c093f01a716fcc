import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { registerGrade } from "../../src/cli/grade.js";
import { gradeRows } from "../../src/grading/grade-rows.js";

const rows = [
  { gold: "\\frac12", answer: "0.5" },
  { gold: "so \\boxed{2}", completion: "it is \\boxed{2}" },
  { gold: "3", completion: "no box, but the answer is 3." },
  { gold: "4", answer: "5" },
  { gold: "9^{9^{9^9}}", answer: "9^{9^{9^8}}" },
  { gold: "\\frac{", answer: "5" },
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
    expect(anywhere.rows[2]).toMatchObject({ answer: "3", verdict: { verdict: "equal" } });
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
      /2 rows need a human:[\s\S]*row 5 {2}undecided[\s\S]*row 6 {2}unparsed: the reference/,
    );
    const written = readFileSync(out, "utf8")
      .trim()
      .split("\n")
      .map(line => JSON.parse(line));
    expect(written).toHaveLength(6);
    expect(written[0]).toMatchObject({
      line: 1,
      gold: "\\frac12",
      answer: "0.5",
      verdict: "equal",
      method: "numeric",
    });
    expect(written[2]).toMatchObject({ line: 3, answer: null, verdict: "unparsed" });
  });

  it("reads a CSV with other names, and answers outside boxes where it is told to", async () => {
    const file = write("a.csv", 'truth,text\n3,"no box, but the answer is 3."\n');
    expect(await run(file, "--gold", "truth", "--completion", "text")).toContain("accuracy 0.00%");
    printed = [];
    expect(await run(file, "--gold", "truth", "--completion", "text", "--anywhere")).toContain(
      "accuracy 100.00%",
    );
  });

  it("names path, row and column of what it cannot use", async () => {
    const file = write("b.jsonl", '{"gold":"1","answer":"1"}\n{"gold":"1","reply":"1"}\n');
    await expect(run(file)).rejects.toThrow(
      /b\.jsonl, row 2: no column "answer" or "completion"; it has: gold, reply/,
    );
    const list = write("c.jsonl", '{"gold":["1"],"answer":"1"}\n');
    await expect(run(list)).rejects.toThrow(/c\.jsonl, row 1, column "gold": expected text, got \["1"\]/);
  });
});
