import type { Extraction } from "./extract-answer.js";
import { gradeAnswer } from "./grade-answer.js";
import { scoreAnswer } from "./score-answers.js";
import type { Verdict } from "./verdict.js";

export interface GradeCompletionParams {
  completion: string;
  /** The reference answer, without \boxed{}. */
  gold: string;
  /** How to find the completion's answer. Default only the last box. */
  ways?: readonly Extraction[];
}

export interface GradedCompletion {
  /** 120, 20, 10 or 0 (App. B.3): the student's reward; always of the boxed answer, whatever `ways` says. */
  reward: number;
  /** The answer found, or undefined. */
  answer: string | undefined;
  verdict: Verdict;
}

/** Extracts and grades one completion's answer in the calling thread, and says what reward it earns. Never throws. */
export function gradeCompletion({ completion, gold, ways }: GradeCompletionParams): GradedCompletion {
  const { reward, given: answer, verdict } = scoreAnswer({ completion, gold }, gradeAnswer, ways);
  return { reward, answer, verdict };
}
