import { afterAll, describe, expect, it } from "vitest";
import { createGrader } from "../../src/grading/create-grader.js";
import { gradeAnswer } from "../../src/grading/grade-answer.js";

const grader = createGrader({ workers: 2, budgetMs: 500 });
afterAll(() => grader.close());

/** Takes seconds, however warm the thread is: a thousand pairs of factorials, each of 19,000 bits. */
const slow = (n: number) => ({ answer: factorials(n), given: factorials(n + 1) });
const factorials = (from: number) =>
  `\\{${Array.from({ length: 50 }, (_, i) => `2000!+${i + from}`).join(",")}\\}`;
const easy = (n: number) => ({ answer: String(n), given: n % 3 === 0 ? `\\frac{${2 * n}}{2}` : "nothing" });

describe("createGrader", () => {
  it("gives the verdicts of gradeAnswer, in order", async () => {
    for (const count of [0, 1, 3, 500]) {
      const pairs = Array.from({ length: count }, (_, i) => easy(i));
      const verdicts = await grader.grade(pairs);
      const expected = pairs.map(pair => gradeAnswer(pair).verdict);
      expect(verdicts.map(({ verdict }) => verdict)).toEqual(expected);
    }
  });

  it("parses, and says why not", async () => {
    expect(await grader.parse(["\\frac12", "\\frac{", ""])).toEqual([
      { parsed: true, form: "\\frac12" },
      { parsed: false, reason: expect.stringContaining("balance") },
      { parsed: false, reason: "empty" },
    ]);
  });

  it("stops an answer over its budget, and grades the others of its batch", async () => {
    const impatient = createGrader({ workers: 1, budgetMs: 5 });
    try {
      const pairs = Array.from({ length: 40 }, (_, i) => (i % 20 === 7 ? slow(i) : easy(i)));
      const verdicts = await impatient.grade(pairs);
      expect(verdicts).toHaveLength(40);
      for (const [i, { verdict, reason }] of verdicts.entries()) {
        if (i % 20 === 7)
          expect([verdict, reason]).toEqual(["timeout", expect.stringContaining("too much work")]);
        else expect(verdict).toBe(i % 3 === 0 ? "equal" : "different");
      }
    } finally {
      await impatient.close();
    }
  });

  it("works through hostile answers", async () => {
    const hostile = [
      "9^{9^{9^9}}",
      "9^9^9^9",
      "9".repeat(100_000),
      "{".repeat(100_000),
      "\\frac{1}{".repeat(10_000),
      "x".repeat(100_000),
      "\\sqrt".repeat(20_000),
      "-".repeat(100_000),
      "(".repeat(50_000) + ")".repeat(50_000),
      "1,".repeat(50_000),
      "\u0000\u0001\u0002",
      "\\begin{pmatrix}".repeat(1000),
      "}{",
      "\\",
      "\\\\",
      "1e999999",
      "10^{-999999999}",
      "\\binom{99999999}{55555555}",
      "99999999!",
      "((((x^9+1)^9+1)^9+1)^9+1)^9",
      "\ud800",
      "(a+b+c+d+e+f+g)^{50}",
      "\\sum_{i=1}^{10^{100}} i",
    ];
    const verdicts = await grader.grade(
      hostile.flatMap(given => [
        { answer: "x+1", given },
        { answer: given, given: "7" },
      ]),
    );
    for (const [i, { verdict, ms, reason }] of verdicts.entries()) {
      const text = hostile[i >> 1]!.slice(0, 40);
      expect([text, verdict]).not.toEqual([text, "equal"]);
      expect(ms).toBeLessThan(1000);
      expect(reason ?? "").not.toMatch(/is not defined|undefined|not a function/);
    }
    const timeouts = verdicts.filter(({ verdict }) => verdict === "timeout");
    expect(timeouts).toEqual([]);
  });

  it("rejects when it is closed, and refuses numbers out of range", async () => {
    const closed = createGrader({ workers: 1 });
    const under = expect(closed.grade([easy(1)])).rejects.toThrow(/closed while/);
    await closed.close();
    await under;
    await expect(closed.grade([easy(1)])).rejects.toThrow(/is closed/);
    expect(() => createGrader({ workers: 0 })).toThrow(/workers is 0/);
    expect(() => createGrader({ budgetMs: 5000 })).toThrow(/budgetMs is 5000; expected 1 to 1000/);
  });
});
