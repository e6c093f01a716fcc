import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { latexAnswers } from "../../scripts/bench/grading/latex-answers.js";
import { extractAnswer } from "../../src/grading/extract-answer.js";
import { gradeAnswer } from "../../src/grading/grade-answer.js";
import { normaliseAnswer } from "../../src/grading/normalise-answer.js";

describe("2,000 answers of sound and broken LaTeX", () => {
  it("give a verdict in time, equal themselves, and hardly grow when they are normalised", () => {
    fc.assert(
      fc.property(latexAnswers, latexAnswers, (answer, other) => {
        for (const pair of [
          { answer, given: other },
          { answer, given: answer },
        ]) {
          const { verdict, ms, reason } = gradeAnswer(pair);
          expect(ms).toBeLessThan(1000);
          // Nothing of this kind is an answer's fault: it would be a mistake of ours.
          expect(reason ?? "").not.toMatch(/is not defined|of undefined|not a function|comparison failed/);
          if (pair.answer === pair.given) expect(["equal", "unparsed"]).toContain(verdict);
        }
        const normal = normaliseAnswer(answer);
        expect(normal.length).toBeLessThanOrEqual(2 * answer.length + 20);
        extractAnswer({ text: answer, ways: ["boxed", "answer is", "last"] });
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});
