import type { TrainingQuestion } from "../evaluation/evaluation-events.js";
import type { Study } from "./read-study.js";

/** The synthetic questions of one method and teacher seed. */
export interface QuestionSet {
  method: string;
  seed: number;
  questions: TrainingQuestion[];
}

/**
 * The synthetic questions that a study's methods trained on, one set per method and teacher seed: its first
 * student's, since the others of a seed were given the same ones or more of the same kind.
 */
export function studyQuestionSets({ methods, evaluations }: Study): QuestionSet[] {
  return methods.flatMap(method => {
    const sets = new Map<number, TrainingQuestion[]>();
    for (const evaluation of evaluations) {
      if (evaluation.method !== method || sets.has(evaluation.seed)) continue;
      if (evaluation.record.questions.length > 0) sets.set(evaluation.seed, evaluation.record.questions);
    }
    return [...sets].map(([seed, questions]) => ({ method, seed, questions }));
  });
}
