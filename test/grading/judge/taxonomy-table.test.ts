import { describe, expect, it } from "vitest";
import { taxonomyTable } from "../../../src/grading/judge/taxonomy-table.js";
import type { QuestionVerdict } from "../../../src/grading/question-verdict.js";

const verdict = (errorType: QuestionVerdict["errorType"]): QuestionVerdict => ({
  isWellPosed: errorType !== "Ill_Posed" && errorType !== "Ambiguous",
  isCorrect: errorType === "None",
  errorType,
  verifiedAnswer: "1",
});

describe("taxonomyTable", () => {
  it("counts the columns of the paper's table, in percent of the judged questions", () => {
    const verdicts = (
      ["None", "None", "None", "Arithmetic", "Arithmetic", "Logical_Fallacy", "Ill_Posed"] as const
    )
      .map(verdict)
      .concat(verdict("Ambiguous"));
    const [first, second] = taxonomyTable({
      sets: { pq: [...verdicts, undefined, undefined], base: [verdict("Ill_Posed")] },
    });
    // 8 of 10 were judged: 6 well posed, 3 right, 2 slips, 1 fallacy, 1 impossible, 1 ambiguous.
    expect(first).toEqual({
      set: "pq",
      questions: 10,
      judged: 8,
      wellPosed: 75,
      correct: 37.5,
      arithmetic: 25,
      logic: 12.5,
      impossible: 12.5,
      ambiguous: 12.5,
    });
    expect(second).toMatchObject({ set: "base", wellPosed: 0, correct: 0, impossible: 100 });
  });

  it("has no rows for no sets, and no shares where nothing was judged", () => {
    expect(taxonomyTable({ sets: {} })).toEqual([]);
    for (const verdicts of [[], [undefined]]) {
      expect(taxonomyTable({ sets: { none: verdicts } })).toEqual([
        {
          set: "none",
          questions: verdicts.length,
          judged: 0,
          wellPosed: Number.NaN,
          correct: Number.NaN,
          arithmetic: Number.NaN,
          logic: Number.NaN,
          impossible: Number.NaN,
          ambiguous: Number.NaN,
        },
      ]);
    }
  });
});
