import { type Extraction, extractAnswer } from "./extract-answer.js";
import { gradeAnswer } from "./grade-answer.js";
import { studentReward } from "./student-reward.js";
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
  const found = extractAnswer({ text: completion, ways });
  const verdict: Verdict = found
    ? gradeAnswer({ gold, answer: found.answer })
    : { verdict: "unparsed", method: "none", reason: "the completion has no answer", ms: 0 };
  return { reward: reward(completion, gold, found?.by === "boxed", verdict), answer: found?.answer, verdict };
}

function reward(completion: string, gold: string, isBoxed: boolean, { verdict }: Verdict): number {
  if (!isBoxed) return studentReward.none;
  if (verdict === "equal") return studentReward.correct;
  return completion.includes(gold) ? studentReward.mentioned : studentReward.boxed;
}
