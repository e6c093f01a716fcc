import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { gymProblems } from "../../src/gym/gym-problems.js";
import { problemSchema } from "../../src/problems/problem.js";
import { openLab } from "../../src/soar/open-lab.js";
import { parseConfig } from "../../src/soar/parse-config.js";
import { presets } from "../../src/soar/presets.js";
import { readWholeJsonl } from "../../src/util/jsonl.js";
import { packageRoot } from "../../src/util/package-root.js";
import { type ServedGym, serveGym } from "../soar/fixtures/serve-gym.js";

/* The real command line, on the gym's model and the real server. */

const main = join(packageRoot, "dist/cli/main.js");
let folder: string;
let gym: ServedGym;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "soarlab-hard-"));
  gym = await serveGym();
  const problems = [
    ...gymProblems({ count: 6, terms: [6, 7], seed: 1 }),
    ...gymProblems({ count: 6, terms: [2], seed: 1 }),
  ];
  await writeRows("pool.jsonl", problems);
});

afterAll(async () => {
  await gym?.stop();
  await rm(folder, { recursive: true, maxRetries: 3 });
});

const writeRows = (name: string, rows: readonly object[]) =>
  writeFile(join(folder, name), rows.map(row => `${JSON.stringify(row)}\n`).join(""));

const environment = () => ({
  ...process.env,
  TINKER_API_KEY: gym.server.apiKey,
  OPENAI_API_KEY: gym.server.apiKey,
});

function soarlab(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(
      process.execPath,
      [main, ...args],
      { cwd: folder, env: environment() },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, stdout, stderr });
      },
    );
  });
}

const hard = (out: string, ...args: string[]) =>
  soarlab("hard", "pool.jsonl", "--out", out, "--config", "gym", "--k", "16", ...args);

/** Results by id, in any order. */
const results = async (out: string) =>
  (await readFile(join(folder, out, "fail-at-k.jsonl"), "utf8")).trim().split("\n").sort();
const half = (out: string, name: string) => readWholeJsonl(join(folder, out, `${name}.jsonl`), problemSchema);

describe("soarlab hard", () => {
  it("splits what the model never solves, and a second call samples nothing", async () => {
    const { code, stdout, stderr } = await hard("local");
    expect(stderr).toMatch(/12\/12 problems, \d+ with 0 of 16, \d+ completions, \d+ tokens\/s\n$/);
    expect(code).toBe(0);
    const [train, test] = [await half("local", "train"), await half("local", "test")];
    const ids = (await results("local")).map(line => JSON.parse(line)).filter(({ solved }) => solved === 0);
    expect([...train, ...test].map(({ id }) => id).sort()).toEqual(ids.map(({ id }) => id).sort());
    expect(ids.length).toBeLessThan(12);
    expect(stdout).toContain(`| gym | 12 | ${ids.length} | ${train.length} / ${test.length} | - |`);
    expect(stdout).toContain(`   never ${String(ids.length).padStart(6)} ####`);

    const before = await results("local");
    const again = await hard("local", "--size", "2");
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining(" 0 completions, 0 tokens/s")]);
    expect(await results("local")).toEqual(before);
    expect([await half("local", "train"), await half("local", "test")].map(rows => rows.length)).toEqual([
      1, 1,
    ]);

    const config = parseConfig({
      ...presets.gym,
      hard: { train: join(folder, "local/train.jsonl"), test: join(folder, "local/test.jsonl") },
      server: { url: gym.server.url },
    });
    const lab = await openLab({ config, apiKey: gym.server.apiKey });
    expect(lab.hardSplit.train).toHaveLength(1);
    await lab.close();

    const other = await hard("local", "--temperature", "0.5");
    expect(other.code).toBe(1);
    expect(other.stderr).toMatch(
      /hard\.json: the samples of this folder are of temperature 1, this call has 0\.5/,
    );
    const k = await hard("local", "--k", "8");
    expect(k.stderr).toMatch(/made with k 16, this run has k 8/);
  });

  it("finds the same through a server and through an endpoint, and after its log was cut short", async () => {
    expect((await hard("server", "--server", gym.server.url)).code).toBe(0);
    const log = join(folder, "server/fail-at-k.jsonl");
    const whole = await results("server");
    const text = await readFile(log, "utf8");
    await writeFile(log, text.slice(0, text.length / 2 - 10));
    const again = await hard("server", "--server", gym.server.url);
    expect(again.stderr).toContain("the last line was cut off while it was written; dropped it");
    expect(await results("server")).toEqual(whole);

    const endpoint = await hard(
      "endpoint",
      "--endpoint",
      `${gym.server.url}/v1`,
      "--endpoint-model",
      "data/gym-base",
    );
    expect([endpoint.stderr, endpoint.code]).toEqual([expect.stringContaining("12/12"), 0]);
    expect(await results("endpoint")).toEqual(whole);
    expect(await half("endpoint", "train")).toEqual(await half("server", "train"));
  });

  it("stops at Ctrl-C, and goes on to the same result", { timeout: 120_000 }, async () => {
    const pool = [...gymProblems({ count: 60, terms: [6, 7], seed: 2 })];
    await writeRows("large.jsonl", pool);
    const args = [
      "hard",
      "large.jsonl",
      "--out",
      "stopped",
      "--config",
      "gym",
      "--k",
      "32",
      "--server",
      gym.server.url,
    ];
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, env: environment() });
    let said = "";
    child.stderr.on("data", text => (said += text));
    const ended = new Promise(resolve => child.once("close", resolve));
    const log = join(folder, "stopped/fail-at-k.jsonl");
    while (!existsSync(log) || (await readFile(log, "utf8")).split("\n").length < 4)
      await new Promise(resolve => setTimeout(resolve, 5));
    child.kill("SIGINT");
    expect([await ended, said]).toEqual([130, expect.stringContaining("Run the same command to resume")]);
    const kept = await results("stopped");
    expect(kept.length).toBeLessThan(60);
    expect((await soarlab(...args)).code).toBe(0);
    args[3] = "whole";
    expect((await soarlab(...args)).code).toBe(0);
    expect(await results("stopped")).toEqual(await results("whole"));
  });

  it("counts given samples as Table 2 does", { timeout: 180_000 }, async () => {
    const table = { MATH: [5000, 719], HARP: [4768, 1428], OlympiadBench: [674, 316] } as const;
    for (const [source, [size, fails]] of Object.entries(table)) {
      const problems = Array.from({ length: size }, (_, i) => ({
        id: `${source}-${i}`,
        source,
        split: "test",
        question: `Question ${i}?`,
        answer: "7",
      }));
      await writeRows("table.jsonl", problems);
      await writeRows(
        "samples.jsonl",
        problems.map(({ id }, i) => ({ id, completions: ["\\boxed{1}", i < fails ? "none" : "\\boxed{7}"] })),
      );
      const args = ["hard", "table.jsonl", "--out", source, "--samples", "samples.jsonl"];
      const { code, stdout } = await soarlab(...args);
      expect(code).toBe(0);
      const [train, test] = [Math.floor(fails / 2), Math.ceil(fails / 2)];
      const paper = `${size}: ${train} / ${test}`;
      expect(stdout).toContain(`| ${source} | ${size} | ${fails} | ${train} / ${test} | ${paper} |`);
    }
    const { code, stderr } = await soarlab(
      "hard",
      "table.jsonl",
      "--out",
      "o",
      "--samples",
      "samples.jsonl",
      "--k",
      "3",
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/316 problems are undecided: none right of fewer than 3 completions/);
    expect(stderr).toMatch(/0 of 674 problems are hard \(fail@3\); two halves need at least 2/);
  });

  it("says what is wrong with pools, samples and servers", { timeout: 120_000 }, async () => {
    await writeRows("empty.jsonl", []);
    await writeRows("other.jsonl", [{ question: "What?" }]);
    await writeFile(join(folder, "cut.jsonl"), '{"id":"a","completions":["x"]}\n{"id":"b","compl');
    for (const [args, message] of [
      [
        ["hard", "none.jsonl", "--out", "o", "--model", "m"],
        /none\.jsonl: no such file; soarlab problems makes/,
      ],
      [
        ["hard", "empty.jsonl", "--out", "o", "--model", "m"],
        /empty\.jsonl: no problems; soarlab problems makes/,
      ],
      [
        ["hard", "other.jsonl", "--out", "o", "--model", "m"],
        /other\.jsonl:1: [\s\S]*soarlab problems makes/,
      ],
      [["hard", "pool.jsonl", "--out", "o"], /name the model with --model/],
      [["hard", "pool.jsonl", "--out", "o", "--samples", "cut.jsonl"], /cut\.jsonl, line 2: not JSON/],
      [
        ["hard", "pool.jsonl", "--out", "o", "--config", "gym", "--system", "x"],
        /prompts\.system needs prompts\.format/,
      ],
      [
        ["hard", "pool.jsonl", "--out", "o", "--config", "gym", "--endpoint", "http://127.0.0.1:9/v1"],
        /127\.0\.0\.1:9\/v1\/completions/,
      ],
    ] as const) {
      const { code, stderr } = await soarlab(...args);
      expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
      expect(stderr).not.toContain("    at ");
    }
  });
});

describe("soarlab problems", () => {
  const rows = [
    { problem: "What is $1 + 1$?", level: "Level 1", type: "Algebra", solution: "It is $\\boxed{2}$." },
    {
      problem: "What is half of one?",
      level: "Level 5",
      type: "Number Theory",
      solution: "$\\boxed{\\frac12}$",
    },
    { problem: "Expand.", level: "Level 5", type: "Algebra", solution: "$\\boxed{x^2+1}$" },
    {
      problem: "What is $2 + 2$, in a long question?",
      level: "Level 5",
      type: "Algebra",
      solution: "\\boxed{4}",
    },
    { problem: "Prove it.", level: "Level 5", type: "Algebra", solution: "Obvious." },
    { problem: "What is $1 + 1$?", level: "Level 1", type: "Algebra", solution: "Again $\\boxed{2}$." },
  ];

  it("keeps what can be graded and asked for, and counts the rest by reason", async () => {
    await writeRows("test.jsonl", rows);
    const all = await soarlab("problems", "math", "--data", ".", "--out", "math.jsonl");
    expect(all.code).toBe(0);
    expect(all.stdout).toMatch(/MATH test \(test\.jsonl\): 6 rows/);
    expect(all.stdout).toMatch(
      /1 left out: the solution has no boxed answer\n +1 left out: the same problem\n +4 kept/,
    );
    expect(all.stdout).toContain("answer   integer 2, number 1, expression 1");

    const part = await soarlab(
      "problems",
      "math.jsonl",
      "--out",
      "part.jsonl",
      "--level",
      "5",
      "--answer-kind",
      "integer",
      "number",
      "--max-question-length",
      "30",
    );
    expect(part.stdout).toMatch(
      /1 left out by level\n +1 left out by kind of answer\n +1 left out by length of question\n +1 kept/,
    );
    const [kept] = await readWholeJsonl(join(folder, "part.jsonl"), problemSchema);
    const whole = await readWholeJsonl(join(folder, "math.jsonl"), problemSchema);
    expect(kept).toEqual(whole.find(({ answer }) => answer === "\\frac12"));

    const table = await soarlab(
      "problems",
      "test.jsonl",
      "--out",
      "table.jsonl",
      "--limit",
      "2",
      "--seed",
      "1",
    );
    expect(table.stdout).toContain("wrote 2 problems to table.jsonl");
  });

  it("says what is wrong", async () => {
    await writeRows("test.jsonl", rows);
    for (const [args, message] of [
      [["maths"], /maths is neither math, harp or olympiadbench nor a file/],
      [["harp", "--data", "."], /\. has no file of harp; expected one of HARP\.jsonl/],
      [["math", "--data", ".", "--level", "9"], /no problem has the level "9"; there are: Level 1, Level 5/],
      [["math", "--data", ".", "--answer-kind", "whole"], /Allowed choices are integer, number/],
      [["test.jsonl", "--question", "query"], /no row has the column "query" for the question/],
    ] as const) {
      const { code, stderr } = await soarlab("problems", ...args, "--out", "never.jsonl");
      expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    }
    expect(existsSync(join(folder, "never.jsonl"))).toBe(false);
  });
});
