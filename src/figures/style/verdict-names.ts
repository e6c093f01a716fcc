import type { QuestionVerdict } from "../../grading/question-verdict.js";

/** What a verdict is called in a table of questions. */
export const verdictNames: Record<QuestionVerdict["errorType"], string> = {
  None: "right",
  Arithmetic: "wrong: arithmetic",
  Logical_Fallacy: "wrong: reasoning",
  Ill_Posed: "ill posed",
  Ambiguous: "ambiguous",
};
