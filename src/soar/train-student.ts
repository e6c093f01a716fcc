import { learningRate } from "../rl/learning-rate.js";
import { type GroupMember, type Metrics, rlooStep } from "../rl/rloo-step.js";
import { rolloutGroup } from "../rl/rollout-group.js";
import type { TrainingClient } from "../training/training-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import { createRandom } from "../util/random.js";
import type { Lab } from "./lab.js";
import type { QuestionAnswer } from "./parse-teacher-completion.js";
import { studentRewards } from "./student-rewards.js";

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
  const nextBatch = batches(dataset, batchSize, seed);
  for (let step = 0; step < steps; step++) {
    const started = performance.now();
    const sampler = await student.sampler();
    const groups = await Promise.all(
      nextBatch().map((pair, i) => answerGroup(lab, sampler, pair, deriveSeed(seed, step, i))),
    );
    const sampled = performance.now();
    const metrics = await rlooStep({
      model: student,
      groups,
      optimization,
      learningRate:
        learningRateScale *
        learningRate({ ...optimization, step, totalSteps: steps, peak: optimization.learningRate }),
      reference: lab.base,
      signal: lab.signal,
    });
    await params.onStep?.(step, { ...metrics, "time/sample_ms": sampled - started }, student);
  }
  return student;
}

/** A student's group for one question: rollouts, each with its own reward. */
async function answerGroup(
  lab: Lab,
  sampler: Parameters<typeof rolloutGroup>[0]["sampler"],
  { question, answer }: QuestionAnswer,
  seed: number,
): Promise<GroupMember[]> {
  const { groupSize, sampling } = lab.config.student;
  const rollouts = await rolloutGroup({
    ...sampling,
    sampler,
    tokenizer: lab.tokenizer,
    prompt: lab.studentPrompt(question),
    size: groupSize,
    seed,
    signal: lab.signal,
  });
  const rewards = await studentRewards(
    lab.domain,
    rollouts.map(({ text }) => ({ completion: text, reference: answer })),
  );
  return rollouts.map((rollout, i) => ({ rollouts: [rollout], reward: rewards[i]! }));
}

/** Batches that go through the dataset in random order, again and again. */
function batches<T>(items: readonly T[], size: number, seed: number): () => T[] {
  const random = createRandom(`batches/${seed}`);
  let queue: T[] = [];
  return () =>
    Array.from({ length: size }, () => {
      if (queue.length === 0) queue = random.shuffle(items);
      return queue.pop()!;
    });
}
