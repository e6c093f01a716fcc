import { parseAnswer } from "../grading/parse-answer.js";
import type { ParsedAnswer } from "../grading/parsed-answer.js";
import { surveyExpression } from "../grading/survey-expression.js";
import { UnparsedError } from "../grading/to-expression.js";

/**
 * Kinds of answers: "number" is one that is no integer (1/2, sqrt 2), "quantity" a number with a unit, a percent or
 * degree sign or a noun, "expression" has symbols, "set" is a tuple, an interval, a set or a union of them, "text" a word or choice.
 */
export const answerKinds = [
  "integer",
  "number",
  "quantity",
  "expression",
  "relation",
  "list",
  "set",
  "matrix",
  "text",
  "unreadable",
] as const;

export type AnswerKind = (typeof answerKinds)[number];

/** Returns the kind of an answer of competition maths, in LaTeX; "unreadable" if the grader cannot parse it. */
export function answerKind(answer: string): AnswerKind {
  try {
    return kindOf(parseAnswer(answer));
  } catch (error) {
    if (error instanceof UnparsedError) return "unreadable";
    throw error;
  }
}

function kindOf(answer: ParsedAnswer): AnswerKind {
  switch (answer.kind) {
    case "formula": {
      if (answer.unit || answer.noun || answer.percent || answer.degrees) return "quantity";
      const { symbols, hasOpaque, exact } = surveyExpression(answer.expression);
      if (symbols.length > 0 || hasOpaque) return "expression";
      return exact?.d === 1n ? "integer" : "number";
    }
    case "list":
      if (answer.items.length === 1) return kindOf(answer.items[0]!);
      // 12,345 may be one number.
      return answer.alternative ? kindOf(answer.alternative) : "list";
    case "choice":
    case "text":
      return "text";
    case "matrix":
    case "relation":
      return answer.kind;
    case "ratio":
      return "expression";
    default:
      return "set";
  }
}
