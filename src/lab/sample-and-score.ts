import type { QuestionAnswer, Score } from "../problems/domain.js";
import type { Rollout } from "../rl/rollout-group.js";
import type { Lab } from "./lab.js";
import { type StudentRolloutsParams, studentRollouts } from "./student-rollouts.js";

export interface SampleAndScoreParams extends Omit<StudentRolloutsParams, "question"> {
  /** A hard problem, or a teacher's question with the answer that counts as correct. */
  problem: QuestionAnswer;
}

/** A student's completion and its score by the domain. */
export interface ScoredRollout extends Rollout, Score {}

/** A student's rollouts of one problem, each with its score. */
export async function sampleAndScore(
  lab: Lab,
  { problem, ...params }: SampleAndScoreParams,
): Promise<ScoredRollout[]> {
  const rollouts = await studentRollouts(lab, { ...params, question: problem.question });
  const scores = await lab.domain.score(rollouts.map(({ text }) => ({ problem, completion: text })));
  return rollouts.map((rollout, i) => ({
    ...rollout,
    correct: scores[i]!.correct,
    reward: scores[i]!.reward,
  }));
}
