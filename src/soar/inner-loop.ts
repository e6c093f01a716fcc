import { batchStream } from "../lab/batch-stream.js";
import type { Lab } from "../lab/lab.js";
import { newModel } from "../lab/new-model.js";
import { sampleAndScore } from "../lab/sample-and-score.js";
import { solvedGreedily } from "../lab/solved-greedily.js";
import type { QuestionAnswer } from "../problems/domain.js";
import { type Metrics, rlooStep } from "../rl/rloo-step.js";
import type { TrainingClient } from "../training/training-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import { untilStopped } from "../util/stop-signal.js";
import type { ScoredGroup } from "./student-log.js";

export interface TrainStudentParams {
  /** Checkpoint of the baseline that the student starts from; absent = the start that `newModel` uses. */
  from?: string;
  /** Questions with the answers that count as correct. */
  dataset: readonly QuestionAnswer[];
  /** RLOO steps. */
  steps: number;
  /** Factor on the configured learning rate. */
  learningRateScale?: number;
  seed: number;
  /** Called after each step with its metrics and the rollouts that it trained on. */
  onStep?: (
    step: number,
    metrics: Metrics,
    student: TrainingClient,
    groups: readonly ScoredGroup[],
  ) => void | Promise<void>;
}

/** A trained student and its accuracy on the reward questions. */
export interface ScoredStudent {
  model: TrainingClient;
  /** Greedy accuracy on Q_R, in [0, 1]. */
  accuracy: number;
}

/**
 * The inner loop (Algorithm 1, line 3): a student starts from the baseline, trains by RLOO on one dataset, then answers
 * the reward questions greedily. The caller unloads it.
 */
export async function innerLoop(
  lab: Lab,
  params: TrainStudentParams,
  rewardQuestions: readonly QuestionAnswer[],
): Promise<ScoredStudent> {
  const model = await trainStudent(lab, params);
  const correct = await solvedGreedily(lab, await model.sampler(), rewardQuestions);
  return { model, accuracy: correct.filter(Boolean).length / correct.length };
}

/** Does only the training of `innerLoop`. Returns the trained model; the caller unloads it. */
export async function trainStudent(lab: Lab, params: TrainStudentParams): Promise<TrainingClient> {
  const { from, dataset, steps, learningRateScale, seed } = params;
  const student = await newModel(lab, { from, seed });
  const nextBatch = batchStream(dataset, lab.config.student.batchSize, seed);
  const signal = untilStopped(lab.signal);
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    const batch = nextBatch();
    let groups: readonly ScoredGroup[] = [];
    const metrics = await studentStep(lab, {
      ...{ student, batch, step, steps, learningRateScale, seed },
      onGroups: scored => {
        groups = scored;
      },
    });
    await params.onStep?.(step, metrics, student, groups);
  }
  return student;
}

export interface StudentStepParams {
  student: TrainingClient;
  /** The problems of this step, each with a group of rollouts. */
  batch: readonly QuestionAnswer[];
  /** Training step, from 0, and the number of steps: they set the learning rate. */
  step: number;
  steps: number;
  learningRateScale?: number;
  /** Seed of the whole training. */
  seed: number;
  /** Called with the rollouts before the student learns from them. */
  onGroups?: (groups: readonly ScoredGroup[]) => void;
}

/** One RLOO step of a student: it answers a batch of problems, is rewarded, and learns. */
export async function studentStep(lab: Lab, params: StudentStepParams): Promise<Metrics> {
  const { student, batch, step, steps, learningRateScale, seed } = params;
  const { groupSize: size, optimization } = lab.config.student;
  const started = performance.now();
  const sampler = await student.sampler();
  const groups = await Promise.all(
    batch.map((problem, i) =>
      sampleAndScore(lab, { sampler, problem, size, seed: deriveSeed(seed, step, i) }),
    ),
  );
  const sampled = performance.now();
  params.onGroups?.(batch.map((problem, i) => ({ problem, rollouts: groups[i]! })));
  const metrics = await rlooStep({
    model: student,
    groups: groups.map(group => group.map(rollout => ({ rollouts: [rollout], reward: rollout.reward }))),
    optimization,
    step,
    totalSteps: steps,
    learningRateScale,
    reference: lab.baseSampler,
    signal: lab.signal,
  });
  return { ...metrics, "time/sample_ms": sampled - started };
}
