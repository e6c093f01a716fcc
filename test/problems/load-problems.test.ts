import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { loadHarp } from "../../src/problems/load-harp.js";
import { loadMath } from "../../src/problems/load-math.js";
import { loadOlympiadBench } from "../../src/problems/load-olympiad-bench.js";
import { loadProblems } from "../../src/problems/load-problems.js";
import { problemSchema } from "../../src/problems/problem.js";
import { problemFrame } from "../../src/problems/problem-frame.js";
import { problemRows } from "../../src/problems/problem-rows.js";
import { problemsFromFrame } from "../../src/problems/problems-from-frame.js";
import { withoutProblems } from "../../src/problems/without-problems.js";

const fixture = (name: string) => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "problems-"));
const write = (name: string, content: string | Uint8Array) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
const jsonl = (rows: unknown[]) => rows.map(row => JSON.stringify(row)).join("\n");

describe("loadProblems", () => {
  const rows = [
    { question: "1 + 1?", answer: "2", level: 1 },
    { question: "Half of 3?", answer: "\\frac32", subject: "Prealgebra" },
  ];

  it("reads JSONL, JSON, CSV and zip files to the same problems", async () => {
    const csv = 'question,answer,level,subject\n1 + 1?,2,1,\n"Half of 3?",\\frac32,,Prealgebra\n';
    const kinds = {
      "a.jsonl": jsonl(rows),
      "a.json": JSON.stringify(rows),
      "a.csv": csv,
      "a.tsv": csv.replaceAll(",", "\t"),
      "a.ndjson": `\ufeff${jsonl(rows).replace("\n", "\r\n\r\n")}\r\n`,
      "a.jsonl.zip": zipSync({ "a.jsonl": strToU8(jsonl(rows)) }),
      "a.ndjson.zip": zipSync({ "folder/A.NDJSON": strToU8(jsonl(rows)) }),
      "a.csv.zip": zipSync({ "a.csv": strToU8(csv) }),
    };
    for (const [name, content] of Object.entries(kinds)) {
      const { problems, excluded, provenance } = await loadProblems({
        path: write(name, content),
        source: "own",
      });
      expect([name, excluded]).toEqual([name, []]);
      expect(problems.map(({ id }) => id)).toEqual(
        ["", ""].map(() => expect.stringMatching(/^own-[0-9a-f]{16}$/)),
      );
      expect(problems.map(({ id, source, split, ...fields }) => fields)).toEqual([
        { question: "1 + 1?", answer: "2", level: "1" },
        { question: "Half of 3?", answer: "\\frac32", subject: "Prealgebra" },
      ]);
      expect(provenance.files).toEqual([join(folder, name)]);
    }
  });

  it("gives ids that come from source and content, not from the place", async () => {
    const ids = async (content: unknown[], source: string) =>
      (await loadProblems({ path: write("ids.jsonl", jsonl(content)), source })).problems.map(({ id }) => id);
    const [first, second] = await ids(rows, "own");
    expect(await ids([...rows].reverse(), "own")).toEqual([second, first]);
    expect(await ids([{ ...rows[0], question: " 1  +\n1? " }], "own")).toEqual([first]);
    expect(await ids(rows, "other")).not.toContain(first);
    // The same for ever, on every machine.
    expect(first).toMatchInlineSnapshot(`"own-7773e5a5542169db"`);
  });

  it("keeps out what cannot be graded, with the row and the reason", async () => {
    const path = write(
      "bad.jsonl",
      jsonl([
        { problem: "a", solution: "so $\\boxed{2}$." },
        { problem: "b", solution: "no box" },
        { problem: "c", solution: "\\boxed{}" },
        { problem: "d", solution: "\\boxed{\\frac{1}{}" },
        { problem: "e", solution: "\\boxed{1,2}" },
        { problem: "", solution: "\\boxed{1}" },
        { problem: "a", solution: "again \\boxed{2}" },
        { problem: "f", solution: "\\boxed{\\frac{1}{x+}}" },
      ]),
    );
    const pool = await loadProblems({ path, columns: { question: "problem" }, single: true });
    expect(pool.problems.map(({ question }) => question)).toEqual(["a"]);
    expect(pool.excluded.map(({ row, reason }) => [row, reason])).toEqual([
      [2, "the solution has no boxed answer"],
      [3, "the boxed answer is empty"],
      [4, "the solution has no boxed answer"],
      [5, "the answer has several values where one is expected"],
      [6, "the question is empty"],
      [7, "the same problem as row 1"],
      [8, expect.stringMatching(/^the answer does not parse: /)],
    ]);
  });

  it("names path, row and column of what is wrong with a file", async () => {
    const load = (name: string, content: string | Uint8Array) => loadProblems({ path: write(name, content) });
    await expect(load("x.jsonl", jsonl([{ q: "a", answer: "1" }]))).rejects.toThrow(
      /x\.jsonl, row 1: no column "question" for the question; it has: q, answer/,
    );
    await expect(load("x.jsonl", jsonl([{ question: "a", result: "1" }]))).rejects.toThrow(
      /no column for the answer/,
    );
    await expect(
      loadProblems({
        path: write("x.jsonl", jsonl([{ question: "a", answer: "1" }])),
        columns: { level: "lvl" },
      }),
    ).rejects.toThrow(/x\.jsonl: no row has the column "lvl" for the level; the first has: question, answer/);
    await expect(load("x.jsonl", jsonl([{ question: ["a"], answer: "1" }]))).rejects.toThrow(
      /row 1, column "question": expected text for the question, got \["a"\]/,
    );
    await expect(load("x.jsonl", '{"question": "a"\n{}')).rejects.toThrow(/x\.jsonl, line 1: not JSON/);
    await expect(load("x.jsonl", "[1]")).rejects.toThrow(/line 1: expected an object/);
    await expect(load("x.json", "{}")).rejects.toThrow(/expected an array/);
    await expect(load("x.csv", 'a,b\n"1,2\n')).rejects.toThrow(/x\.csv: not a CSV file/);
    await expect(load("x.csv", "question,answer,answer\na,1,2\n")).rejects.toThrow(
      /x\.csv: .*two columns are named "answer"/,
    );
    await expect(load("x.jsonl.zip", zipSync({ "x.jsonl": strToU8("{}\n{") }))).rejects.toThrow(
      /x\.jsonl\.zip:x\.jsonl, line 2: not JSON/,
    );
    await expect(load("x.parquet", "no")).rejects.toThrow(/x\.parquet: not a parquet file/);
    await expect(load("x.zip", "no")).rejects.toThrow(/x\.zip: not a zip file/);
    await expect(load("x.txt", "no")).rejects.toThrow(/expected a file named \.jsonl/);
    await expect(loadProblems({ path: join(folder, "none.jsonl") })).rejects.toThrow(/none\.jsonl/);
    await expect(loadProblems({ path: folder })).rejects.toThrow(/problems-\w+: this is a folder/);
    await expect(loadProblems({ path: join(folder, "none.parquet") })).rejects.toThrow(/none\.parquet/);
  });

  it("works with no rows", async () => {
    expect((await loadProblems({ path: write("none.jsonl", "") })).problems).toEqual([]);
  });
});

describe("loaders of the paper's data", () => {
  it("read MATH from parquet", async () => {
    const { problems, excluded } = await loadMath({ path: fixture("math-test.parquet") });
    expect(excluded).toEqual([]);
    expect(problems).toHaveLength(6);
    for (const problem of problems)
      expect(problemSchema.parse(problem)).toMatchObject({ source: "MATH", split: "test" });
  });

  it("read OlympiadBench from parquet, lists of solutions and answers included", async () => {
    const { problems, excluded } = await loadOlympiadBench({ path: fixture("olympiad-bench.parquet") });
    expect(excluded.map(({ reason }) => reason)).toEqual([
      "the answer has several values where one is expected",
    ]);
    expect(problems.map(({ answer }) => answer)).toContain("2");
    expect(problems.every(({ solution }) => (solution?.length ?? 0) > 50)).toBe(true);
    expect(problems.some(({ answer }) => answer.includes(","))).toBe(true);
  });

  it("read HARP from its zip file, and keep proofs out", async () => {
    const rows = [
      {
        problem: "What is $1+1$?",
        answer: "2",
        level: 1,
        subject: "prealgebra",
        solution_1: "It is 2.",
        year: "2001",
      },
      { problem: "Prove it.", level: 8, subject: "algebra", solution_1: "So.", year: "2002" },
    ];
    const path = write("HARP.jsonl.zip", zipSync({ "HARP.jsonl": strToU8(jsonl(rows)) }));
    const { problems, excluded } = await loadHarp({ path });
    expect(problems).toMatchObject([{ source: "HARP", answer: "2", level: "1", solution: "It is 2." }]);
    expect(excluded).toMatchObject([{ row: 2, reason: "no short answer: a proof" }]);
  });
});

/** A folder with the files of the data sets, which are too large to come along. */
const data = process.env.SOARLAB_TEST_DATA ?? "";
describe.skipIf(!data)("the data sets themselves (skipped; SOARLAB_TEST_DATA names their folder)", () => {
  it("MATH: every row is a problem or listed; OlympiadBench has the paper's 674", async () => {
    const math = await loadMath({ path: join(data, "math", "test.jsonl") });
    expect([math.problems.length, math.excluded.length]).toEqual([4563, 0]);
    const olympiad = await loadOlympiadBench({ path: join(data, "olympiadbench", "test.jsonl") });
    expect([olympiad.problems.length, olympiad.excluded.length]).toEqual([674, 1]);
    const harp = await loadHarp({ path: join(data, "harp", "HARP_proof-based.jsonl.zip") });
    expect([harp.problems.length, harp.excluded.length]).toEqual([0, 310]);
  });
});

describe("tables of problems", () => {
  it("go to a DataFrame and back", async () => {
    const { problems } = await loadMath({ path: fixture("math-test.parquet") });
    const frame = await problemFrame(problems);
    expect(frame.shape).toEqual([6, 8]);
    expect(problemsFromFrame(frame)).toEqual(problems);
    const level = problems.filter(problem => problem.level === "Level 5");
    const filtered = frame.query(frame.column("level").eq("Level 5" as never)) as typeof frame;
    expect(problemsFromFrame(filtered)).toEqual(level);
    expect(problemsFromFrame(await problemFrame([]))).toEqual([]);
    const broken = { columns: ["id", "question"], values: [["a", ""]], shape: [1, 2] };
    expect(() => problemsFromFrame(broken)).toThrow(/row 0[\s\S]*question/);
    // As danfojs reads them from CSV: an answer of digits is a number, an empty cell NaN.
    const read = {
      columns: ["answer", "id", "source", "split", "question", "level"],
      values: [[12, "a", "s", Number.NaN, "6 + 6", Number.NaN]],
      shape: [1, 6],
    };
    const problem = { id: "a", source: "s", split: "", question: "6 + 6", answer: "12" };
    expect(problemsFromFrame(read)).toEqual([problem]);
  });

  it("have cells that a notebook renders as maths", async () => {
    const problem = {
      id: "a",
      source: "s",
      split: "",
      question: `Let ${"word ".repeat(10)}$x^2 + ${"y + ".repeat(50)}1$ be.`,
      answer: "\\frac12",
    };
    const [row] = problemRows([problem], { maxLength: 100 });
    expect(row).toEqual({
      question: `Let ${"word ".repeat(10)}...`,
      answer: "$\\frac12$",
      level: "",
      subject: "",
    });
  });

  it("lose the problems of another pool", async () => {
    const { problems } = await loadMath({ path: fixture("math-test.parquet") });
    const moved = problems
      .slice(0, 2)
      .map(problem => ({ ...problem, id: "x", question: ` ${problem.question}\n` }));
    expect(withoutProblems(problems, moved)).toEqual(problems.slice(2));
  });
});
