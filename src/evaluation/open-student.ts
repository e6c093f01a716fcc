import type { Lab } from "../lab/lab.js";
import { newModel } from "../lab/new-model.js";
import { requirePromotions } from "../soar/require-promotions.js";
import type { RunRecord } from "../soar/run-log.js";
import type { TrainingClient } from "../training/training-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import { teacherCheckpoint } from "./teacher-checkpoint.js";

/**
 * The model that is evaluated and trained: as a checkpoint of the evaluation left it, optimizer included, or as the
 * configuration has it start; undefined if that is the base model and nothing is trained.
 */
export async function openStudent(
  lab: Lab<EvaluationConfig>,
  run: RunRecord | undefined,
  resumeFrom: string | null | undefined,
): Promise<TrainingClient | undefined> {
  const { model, start, seed, training } = lab.config;
  const params = { rank: model.rank, seed: deriveSeed(seed, "student") };
  if (resumeFrom) return lab.service.loadModel(resumeFrom, { ...params, optimizer: true });
  if (start === "base") return training.steps > 0 ? newModel(lab, params) : undefined;
  const checkpoint =
    start === "teacher" ? teacherCheckpoint(run) : bestPromotion(requirePromotions(run)).checkpoint;
  return lab.service.loadModel(checkpoint, { ...params, optimizer: false });
}

/** PS: the promotion with the best greedy train accuracy, the latest of equal ones (section 5). */
function bestPromotion({ promotions }: RunRecord) {
  return promotions.reduce((best, next) => (next.accuracy.train >= best.accuracy.train ? next : best));
}
