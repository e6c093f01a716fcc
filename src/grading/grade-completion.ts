import type { ExtractionOptions } from "./extract-answer.js";
import { gradeAnswer } from "./grade-answer.js";
import { scoreAnswer } from "./score-answers.js";
import type { Verdict } from "./verdict.js";

export interface GradeCompletionParams extends ExtractionOptions {
  completion: string;
  /** The right answer, without \boxed{}. */
  gold: string;
  /** Largest difference of two numbers that counts as equal, if the data set gives one; a list has one per value. */
  tolerance?: number | readonly number[];
}

export interface GradedCompletion {
  /** 120, 20, 10 or 0 (App. B.3): the student's reward; always for the boxed answer, whatever `ways` is. */
  reward: number;
  /** The answer found, or undefined. */
  answer: string | undefined;
  verdict: Verdict;
}

/** Extracts and grades one completion's answer in the calling thread, and returns its reward. Never throws. */
export function gradeCompletion({
  completion,
  gold,
  tolerance,
  ...extraction
}: GradeCompletionParams): GradedCompletion {
  const {
    reward,
    given: answer,
    verdict,
  } = scoreAnswer({ completion, gold, tolerance }, gradeAnswer, extraction);
  return { reward, answer, verdict };
}
