import type { QuestionVerdict } from "../question-verdict.js";

/** Subsets of synthetic questions by a judge's verdict (SOAR, App. C.5). */
export const questionSubsets = ["all", "correct", "well-posed"] as const;

export type QuestionSubset = (typeof questionSubsets)[number];

/**
 * Returns the records of a subset, in order: all, those whose answer is right, or those that are well posed, whatever
 * their answer.
 * @throws Error saying how many have no verdict, if the subset needs one
 */
export function questionSubset<T extends { verdict?: QuestionVerdict }>(
  records: readonly T[],
  subset: QuestionSubset,
): T[] {
  if (subset === "all") return [...records];
  const unjudged = records.filter(({ verdict }) => !verdict).length;
  if (unjudged > 0) {
    throw new Error(
      `the subset "${subset}" needs verdicts, and ${unjudged} of ${records.length} questions have none; ` +
        "have them judged first",
    );
  }
  return records.filter(({ verdict }) => (subset === "correct" ? verdict!.isCorrect : verdict!.isWellPosed));
}
