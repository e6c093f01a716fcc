import type { ExtractionOptions } from "./extract-answer.js";
import { gradeAnswer } from "./grade-answer.js";
import { scoreAnswer } from "./score-answers.js";
import type { Verdict } from "./verdict.js";

export interface GradeCompletionParams extends ExtractionOptions {
  completion: string;
  /** The right answer, without \boxed{}. */
  answer: string;
  /** Largest difference of two numbers that counts as equal, if the data set gives one; a list has one per value. */
  tolerance?: number | readonly number[];
}

export interface GradedCompletion {
  /** 120, 20, 10 or 0 (App. B.3): the student's reward; always for the boxed answer, whatever `ways` is. */
  reward: number;
  /** The answer found, or undefined. */
  given: string | undefined;
  verdict: Verdict;
}

/** Extracts and grades one completion's answer in the calling thread, and returns its reward. Never throws. */
export function gradeCompletion({
  completion,
  answer,
  tolerance,
  ...extraction
}: GradeCompletionParams): GradedCompletion {
  const row = { completion, answer, tolerance };
  const { reward, given, verdict } = scoreAnswer(row, gradeAnswer, extraction);
  return { reward, given, verdict };
}
