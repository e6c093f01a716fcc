import { batchStream } from "../lab/batch-stream.js";
import type { QuestionAnswer } from "../problems/domain.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { EvaluationConfig } from "./evaluation-config.js";

export interface TrainingBatchesParams {
  /** Synthetic questions; none = hard train alone. */
  questions: readonly QuestionAnswer[];
  hardTrain: readonly QuestionAnswer[];
  training: Pick<EvaluationConfig["training"], "mix" | "warmup">;
  batchSize: number;
  seed: number;
}

/** The batches of an evaluation run's training steps, in order from step 0 (App. B.8): every call returns the next one. */
export function trainingBatches(params: TrainingBatchesParams): () => QuestionAnswer[] {
  const { questions, hardTrain, training, batchSize, seed } = params;
  const of = (name: string, items: readonly QuestionAnswer[]) =>
    batchStream(items, batchSize, deriveSeed(seed, name));
  if (questions.length === 0) return of("hard", hardTrain);
  if (training.mix === "questions-only") return of("questions", questions);
  if (training.mix === "mixed") return of("mixed", [...questions, ...hardTrain]);
  const synthetic = of("questions", questions);
  const real = of("hard", hardTrain);
  let step = 0;
  return () => (step++ < training.warmup ? synthetic() : real());
}
