import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as soar from "soarlab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countdown, type Notation } from "../../examples/countdown/countdown.js";
import { reaches, solve } from "../../examples/countdown/puzzle.js";
import { type ServedGym, serveGym } from "../soar/fixtures/serve-gym.js";
import { smallGym } from "../soar/fixtures/small-gym.js";

/* A domain from outside the package, by its public exports: first the rules, then a step of SOAR on the real server. */

describe("puzzles", () => {
  it("evaluate exactly, by any right answer", () => {
    const puzzle = { numbers: [3, 3, 8, 8], target: 24 };
    expect(reaches(puzzle, "8 / (3 - 8 / 3)")).toBe(true);
    expect(reaches(puzzle, "3 * 8")).toBe(true);
    for (const wrong of [
      "3 * 8 + 0",
      "24",
      "8 * 3 * 8 * 3 * 3",
      "8 / (3 - 3)",
      "(3 * 8",
      "3 8",
      "",
      "3 * * 8",
    ]) {
      expect(reaches(puzzle, wrong), wrong).toBe(false);
    }
  });

  it("are solved if they can be", () => {
    for (const puzzle of [
      { numbers: [3, 3, 8, 8], target: 24 },
      { numbers: [1, 5, 5, 5], target: 24 },
      { numbers: [75, 2, 4], target: 298 },
    ]) {
      expect(reaches(puzzle, solve(puzzle)!)).toBe(true);
    }
    expect(solve({ numbers: [1, 1, 1], target: 7 })).toBeUndefined();
  });
});

describe("the domain", () => {
  const domain = countdown();

  it("takes the puzzles that can be reached, whatever solution they come with", async () => {
    const state = (question: string) => `<question>${question}</question><answer>?</answer>`;
    expect(
      await domain.readQuestions([
        state("Reach 24 from 3 3 8 8."),
        state("Reach 7 from 1 1 1."),
        state("Reach 7 from 1 2 3 4 5 6."),
        state("What is 7?"),
        "Reach 24 from 3 3 8 8.",
      ]),
    ).toEqual([
      { question: "Reach 24 from 3 3 8 8.", answer: "?" },
      { rejected: "cannot be reached" },
      { rejected: "too many numbers" },
      { rejected: "not a puzzle" },
      { rejected: "question tags" },
    ]);
  });

  it("scores by the puzzle, not by the answer that came with it", async () => {
    const problem = { question: "Reach 24 from 3 3 8 8.", answer: "8 / (3 - 8 / 3)" };
    const completions = ["<answer>3 * 8</answer>", "<answer>3 + 8</answer>", "<answer>25 - 1</answer>", "24"];
    const scores = await domain.score(completions.map(completion => ({ problem, completion })));
    expect(scores.map(({ correct }) => correct)).toEqual([true, false, false, false]);
    expect(scores.map(({ reward }) => reward)).toEqual([1, 0.1, 0, 0]);
  });
});

/** The gym's chains as countdown puzzles: from the terms of "add a 3 +b 4 -c 2" reach 3 + 4 - 2. */
const gymNotation: Notation = {
  prompts: soar.gymDomain.prompts,
  puzzle: question => {
    const terms = [...question.matchAll(/([+-]?)[a-h] (\d)/g)].map(([, sign, digit]) =>
      Number(`${sign}${digit}`),
    );
    if (terms.length < 2) return undefined;
    return { numbers: terms.map(Math.abs), target: terms.reduce((sum, term) => sum + term, 0) };
  },
  // The gym's model writes the running total behind each term.
  expression: completion =>
    soar
      .extractBoxed(completion)
      ?.replace(/^a (\d)/, "$1")
      .replace(/([+-])[b-h] (\d) \d/g, "$1 $2"),
};

describe("a step of SOAR", () => {
  let gym: ServedGym;
  let folder: string;
  const config = soar.parseConfig({ ...smallGym, outerSteps: 1 });
  const domain = countdown(gymNotation);

  beforeAll(async () => {
    gym = await serveGym();
    folder = join(gym.folder, "countdown");
  });

  afterAll(() => gym?.stop());

  it("asks, trains and pays on the domain that it was given, and names it in its configuration", async () => {
    const run = await soar.runSoar({ folder, config, domain, server: gym.server });
    expect(run.ended).toBe(true);
    expect(run.config.domain).toEqual({ name: "countdown", version: "1" });
    expect(run.questions).toHaveLength(8);
    for (const { question, kind } of run.questions) {
      const puzzle = gymNotation.puzzle(question)!;
      expect(solve(puzzle)).toBeDefined();
      expect(kind).toBe(`${puzzle.numbers.length} numbers`);
    }
    // The base model copies terms well: its expressions are mostly right, and worth a point.
    expect(run.start!.baseline.train).toBeGreaterThan(0.5);
    const reward = run.steps[0]!.metrics["student/reward/mean"]!;
    expect(reward).toBeGreaterThan(0.5);
    expect(reward).toBeLessThanOrEqual(1);
    expect(run.steps[0]!.rewards.map(row => row.length)).toEqual([1, 1]);
  });

  it("keeps the completions that did not count", async () => {
    const { teacher } = (await soar.readRun(folder)).steps[0]!;
    const rows = (await readFile(join(folder, "rejected.jsonl"), "utf8")).split("\n").filter(Boolean);
    const rejected = Object.values(teacher.rejected).reduce((sum, count) => sum + count, 0);
    expect(rows).toHaveLength(Math.min(20, rejected));
    expect(rejected).toBeGreaterThan(0);
    for (const row of rows) {
      expect(JSON.parse(row)).toMatchObject({ step: 0, text: expect.any(String) });
      expect(Object.keys(teacher.rejected)).toContain(JSON.parse(row).reason);
    }
  });

  it("asks for the domain again, in the same version", async () => {
    const missing = /domain is "countdown", version 1, which does not come with soarlab.*\{ domain \}/;
    await expect(soar.runSoar({ folder, server: gym.server })).rejects.toThrow(missing);
    const other = { ...domain, version: "2" };
    await expect(soar.runSoar({ folder, domain: other, server: gym.server })).rejects.toThrow(
      /the one given is "countdown", version 2/,
    );
    expect((await soar.runSoar({ folder, domain, server: gym.server })).ended).toBe(true);
    const evaluation = { folder: join(gym.folder, "base"), server: gym.server };
    const own = soar.evaluationConfigFor({
      protocol: "base",
      base: (await soar.readRun(folder)).config,
      changes: { test: { samples: 2, k: [1] } },
    });
    await expect(soar.runEvaluation({ ...evaluation, config: own })).rejects.toThrow(missing);
    const record = await soar.runEvaluation({ ...evaluation, config: own, domain });
    expect(record.config.domain).toEqual({ name: "countdown", version: "1" });
    const correct = record.evaluations[0]!.correct.reduce((sum, count) => sum + count, 0);
    expect(correct / (2 * record.start!.problems.length)).toBeGreaterThan(0.4);
  });
});
