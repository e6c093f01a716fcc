import type { QuestionAnswer } from "../problems/domain.js";
import { learningRate } from "../rl/learning-rate.js";
import type { Metrics } from "../rl/rloo-step.js";
import type { TrainingClient } from "../training/training-client.js";
import { untilStopped } from "../util/stop-signal.js";
import { batchStream } from "./batch-stream.js";
import type { Lab } from "./lab.js";
import { studentStep } from "./student-step.js";

export interface TrainStudentParams {
  /** Checkpoint of the baseline that the student starts from; absent = the base model. */
  from?: string;
  /** Questions with the answers that are taken for right. */
  dataset: readonly QuestionAnswer[];
  /** RLOO steps. */
  steps: number;
  /** Factor on the configured learning rate. */
  learningRateScale?: number;
  seed: number;
  /** Called after each step with its figures. */
  onStep?: (step: number, metrics: Metrics, student: TrainingClient) => void | Promise<void>;
}

/**
 * The inner loop (Algorithm 1, line 3): a student starts from the baseline and trains by RLOO on one dataset. Returns
 * the trained model; the caller unloads it.
 */
export async function trainStudent(lab: Lab, params: TrainStudentParams): Promise<TrainingClient> {
  const { batchSize, optimization } = lab.config.student;
  const { rank } = lab.config.model;
  const { from, dataset, steps, learningRateScale = 1, seed } = params;
  const student = await (from
    ? lab.service.loadModel(from, { rank, seed, optimizer: false })
    : lab.service.createModel({ rank, seed }));
  const nextBatch = batchStream(dataset, batchSize, seed);
  const signal = untilStopped(lab.signal);
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    const metrics = await studentStep(lab, {
      student,
      batch: nextBatch(),
      learningRate:
        learningRateScale *
        learningRate({ ...optimization, step, totalSteps: steps, peak: optimization.learningRate }),
      step,
      seed,
    });
    await params.onStep?.(step, metrics, student);
  }
  return student;
}
