import { extractBoxed } from "../grading/extract-boxed.js";
import { studentReward } from "../grading/student-reward.js";
import type { Domain } from "../problems/domain.js";

export interface CompletionToGrade {
  completion: string;
  /** The reference answer, without \boxed{}. */
  reference: string;
}

/**
 * Rewards of students' completions: 120 for a boxed answer equal to the reference; 20 for another boxed answer where the
 * reference appears in the text; 10 for another boxed answer; 0 without one (App. B.3). Order is kept.
 */
export async function studentRewards(domain: Domain, items: readonly CompletionToGrade[]): Promise<number[]> {
  const answers = items.map(item => extractBoxed(item.completion));
  const boxed = items.flatMap(({ reference }, i) =>
    answers[i] === undefined ? [] : [{ answer: answers[i], reference }],
  );
  const equal = await domain.equal(boxed);
  let next = 0;
  return items.map(({ completion, reference }, i) => {
    if (answers[i] === undefined) return studentReward.none;
    if (equal[next++]) return studentReward.correct;
    // An empty reference, of a multi-turn teacher without an answer, is in no text.
    return reference !== "" && completion.includes(reference) ? studentReward.mentioned : studentReward.boxed;
  });
}
