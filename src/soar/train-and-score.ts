import type { Lab } from "../lab/lab.js";
import { solvedGreedily } from "../lab/solved-greedily.js";
import { type TrainStudentParams, trainStudent } from "../lab/train-student.js";
import type { Problem } from "../problems/problem.js";
import type { TrainingClient } from "../training/training-client.js";
import type { SoarConfig } from "./config.js";

/** A trained student and how many of the reward questions it answers. */
export interface ScoredStudent {
  model: TrainingClient;
  /** Greedy accuracy on Q_R, in [0, 1]. */
  accuracy: number;
}

/** One student of the inner loop: trains on its dataset, then answers the reward questions greedily. */
export async function trainAndScore(
  lab: Lab<SoarConfig>,
  params: TrainStudentParams,
  rewardQuestions: readonly Problem[],
): Promise<ScoredStudent> {
  const model = await trainStudent(lab, params);
  const correct = await solvedGreedily(lab, await model.sampler(), rewardQuestions);
  return { model, accuracy: correct.filter(Boolean).length / correct.length };
}
