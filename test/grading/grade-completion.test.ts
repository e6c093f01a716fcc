import { afterAll, describe, expect, it } from "vitest";
import { gradeCompletion } from "../../src/grading/grade-completion.js";
import { createMathDomain } from "../../src/problems/math-domain.js";

const domain = createMathDomain({ workers: 1 });
afterAll(() => domain.close());

// App. B.3.
const cases: [completion: string, answer: string, reward: number][] = [
  ["so it is \\boxed{\\frac12}", "0.5", 120],
  ["\\boxed{1} no, \\boxed{2}", "2", 120],
  ["it could be 0.5, but \\boxed{3}", "0.5", 20],
  ["\\boxed{3}", "0.5", 10],
  ["\\boxed{}", "0.5", 10],
  ["\\boxed{\\frac{}", "0.5", 0],
  ["it is 0.5", "0.5", 0],
  ["", "0.5", 0],
];

describe("rewards of App. B.3 on the MATH domain", () => {
  it.each(cases)("%j for %j earns %i", (completion, answer, reward) => {
    expect(gradeCompletion({ completion, answer }).reward).toBe(reward);
  });

  it("are the same in a batch", async () => {
    const attempts = cases.map(([completion, answer]) => ({ problem: { question: "", answer }, completion }));
    const scores = await domain.score(attempts);
    expect(scores.map(({ reward }) => reward)).toEqual(cases.map(([, , reward]) => reward));
  });

  it("are no different for an empty right answer", async () => {
    const completions = ["\\boxed{3}", "\\boxed{}", "3"];
    expect(completions.map(completion => gradeCompletion({ completion, answer: "" }).reward)).toEqual([
      10, 10, 0,
    ]);
  });

  it("are of the box alone, whatever else is extracted", () => {
    const graded = gradeCompletion({
      completion: "The answer is 0.5.",
      answer: "\\frac12",
      ways: ["boxed", "answer is"],
    });
    expect(graded).toMatchObject({ reward: 0, given: "0.5", verdict: { verdict: "equal" } });
  });
});

describe("createMathDomain", () => {
  it("asks in the words that its prompts need", () => {
    for (const part of [
      "<question>",
      "</question>",
      "<answer>",
      "\\boxed{",
      "Precalculus",
      "two or three steps",
    ]) {
      expect(domain.prompts.teacher).toContain(part);
    }
    expect(domain.prompts.student).toContain("{question}");
    expect(domain.prompts.student).toMatch(/User:[\s\S]*Assistant:$/);
  });

  it("reads questions whose answer parses", async () => {
    const state = (answer: string) => `<question>Q</question><answer>\\boxed{${answer}}</answer>`;
    expect(await domain.readQuestions(["\\frac{3}{4}", "\\frac", ""].map(state))).toEqual([
      { question: "Q", answer: "\\frac{3}{4}" },
      { rejected: "answer does not parse" },
      { rejected: "boxed answer" },
    ]);
  });

  it("compares, and grades equal answers to one problem once", async () => {
    const problem = { question: "", answer: "\\frac{3}{4}" };
    const given = ["0.75", "\\frac{", "0.75", "\\boxed{3/4}"];
    const scores = await domain.score(given.map(given => ({ problem, completion: "", given })));
    expect(scores.map(({ correct }) => correct)).toEqual([true, false, true, true]);
    expect(scores[2]!.verdict).toBe(scores[0]!.verdict);
  });
});
