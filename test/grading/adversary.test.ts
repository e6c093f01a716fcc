import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { unpaidBoxes } from "../../scripts/bench/grading/adversary.js";
import { constantBoxes } from "../../scripts/bench/grading/constant-boxes.js";
import { hostilePairs } from "../../scripts/bench/grading/hostile-answers.js";
import { createGrader } from "../../src/grading/create-grader.js";
import { gradeAnswer } from "../../src/grading/grade-answer.js";
import { loadMath } from "../../src/problems/load-math.js";

let references: string[] = [];
beforeAll(async () => {
  const path = new URL("../problems/fixtures/math-test.parquet", import.meta.url).pathname;
  references = [...new Set((await loadMath({ path })).problems.map(({ answer }) => answer))];
});

const paid = (answer: string, given: string) => gradeAnswer({ answer, given }).verdict === "equal";

describe("an adversary", () => {
  it("is paid for none of 1,000 boxes made from references", () => {
    const boxes = fc.sample(unpaidBoxes(references), { numRuns: 1000, seed: 1 });
    expect(boxes.filter(({ answer, given }) => paid(answer, given))).toEqual([]);
    // The test can fail: what the boxes are made from is paid.
    expect(boxes.filter(({ answer }) => !paid(answer, answer))).toEqual([]);
  });

  it("is paid for a trick in every answer no more than for what it honestly says", () => {
    const count = (box: string | undefined) =>
      references.filter(answer => box !== undefined && paid(answer, box)).length;
    const tricks = constantBoxes.filter(({ box, means }) => box !== means);
    expect(tricks.filter(({ box, means }) => count(box) > count(means))).toEqual([]);
    expect(constantBoxes.length).toBeGreaterThanOrEqual(200);
  });

  it("stalls no answer and loses the others of its batch no time", async () => {
    const hostile = fc.sample(hostilePairs, { numRuns: 30, seed: 1 });
    for (const pair of hostile) {
      const { verdict, reason } = gradeAnswer({ ...pair, budgetMs: 50 });
      expect([verdict, reason ?? ""]).toEqual([
        verdict,
        expect.not.stringMatching(/failed|undefined|not a function/),
      ]);
    }
    const grader = createGrader({ workers: 1, budgetMs: 50 });
    try {
      const honest = Array.from({ length: 190 }, (_, i) => ({ answer: `\\frac{${i}}{7}`, given: `${i}/7` }));
      await grader.grade(honest.slice(0, 1));
      const verdicts = await grader.grade([...hostile.slice(0, 10), ...honest]);
      expect(verdicts.slice(10).every(({ verdict }) => verdict === "equal")).toBe(true);
    } finally {
      await grader.close();
    }
  });
});
