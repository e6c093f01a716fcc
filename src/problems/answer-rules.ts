import { extractBoxed } from "../grading/extract-boxed.js";
import { parseAnswer } from "../grading/parse-answer.js";
import type { ParsedAnswer } from "../grading/parsed-answer.js";
import { UnparsedError } from "../grading/to-expression.js";

/** How the answers of a table are read, and which of them cannot be graded. */
export interface AnswerRules {
  /** The answer in a solution, for tables without a column of answers, or why there is none. */
  fromSolution(solution: string): { answer: string } | { reason: string };
  /**
   * Why an answer cannot be graded; undefined if it can.
   * @param isSingle whether the problem has exactly one value for an answer
   */
  reject(answer: string, isSingle: boolean): string | undefined;
}

/** Those of maths: the last box of the solution, and whatever the grader can parse. */
export const mathAnswerRules: AnswerRules = {
  fromSolution: solution => {
    const answer = extractBoxed(solution);
    if (answer === undefined) return { reason: "the solution has no boxed answer" };
    return answer === "" ? { reason: "the boxed answer is empty" } : { answer };
  },
  reject: (answer, isSingle) => {
    let parsed: ParsedAnswer;
    try {
      parsed = parseAnswer(answer);
    } catch (error) {
      if (!(error instanceof UnparsedError)) throw error;
      return `the answer does not parse: ${error.message}`;
    }
    const isSeveral = parsed.kind === "list" && parsed.items.length > 1;
    return isSingle && isSeveral ? "the answer has several values where one is expected" : undefined;
  },
};
