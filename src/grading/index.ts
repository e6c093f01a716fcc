/* soarlab/grading: maths answers, a judge's verdicts on questions. */

export type { ComparisonMethod } from "./comparison-result.js";
export { type CreateGraderParams, createGrader, type Grader } from "./create-grader.js";
export {
  type ExtractAnswerParams,
  type ExtractedAnswer,
  type Extraction,
  type ExtractionOptions,
  extractAnswer,
} from "./extract-answer.js";
export { extractBoxed } from "./extract-boxed.js";
export { type GradeAnswerParams, gradeAnswer } from "./grade-answer.js";
export { type GradeCompletionParams, type GradedCompletion, gradeCompletion } from "./grade-completion.js";
export {
  type GradedRow,
  type GradeRowsParams,
  type GradeRowsSummary,
  gradeRows,
  type RowToGrade,
} from "./grade-rows.js";
export { type AttachVerdictsParams, attachVerdicts } from "./judge/attach-verdicts.js";
export { judgePrompt } from "./judge/judge-prompt.js";
export {
  type JudgeProgress,
  type JudgeQuestionsParams,
  type JudgeResult,
  type JudgeUsage,
  judgeQuestions,
  type QuestionToJudge,
} from "./judge/judge-questions.js";
export { type QuestionSubset, questionSubset } from "./judge/question-subset.js";
export { readVerdict, type VerdictReading } from "./judge/read-verdict.js";
export { type TaxonomyRow, type TaxonomyTableParams, taxonomyTable } from "./judge/taxonomy-table.js";
export { normaliseAnswer } from "./normalise-answer.js";
export { type ParseOutcome, parseOutcome } from "./parse-outcome.js";
export { type QuestionVerdict, questionVerdictSchema } from "./question-verdict.js";
export type { ScoredAnswer } from "./score-answers.js";
export { studentReward } from "./student-reward.js";
export type { Verdict } from "./verdict.js";
