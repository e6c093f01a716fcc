import type { Problem } from "../problems/problem.js";
import { learningRate } from "../rl/learning-rate.js";
import { rolloutGroup } from "../rl/rollout-group.js";
import { supervisedDatum } from "../training/datum.js";
import type { TrainingClient } from "../training/training-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import { untilStopped } from "../util/stop-signal.js";
import { batchStream } from "./batch-stream.js";
import type { Lab } from "./lab.js";
import { newModel } from "./new-model.js";
import { type WarmStartExample, type WarmStartExamples, warmStartExamples } from "./warm-start-examples.js";

export interface WarmStartParams {
  /** Question-answer pairs; those with a worked solution also train the student's role. */
  problems: readonly Problem[];
  /** Optimizer steps. Default 30. */
  steps?: number;
  /** Examples per step. Default 8. */
  batchSize?: number;
  /** Peak learning rate; a tenth of the steps warm up, then a cosine. Default 5e-4 for LoRA, 2e-5 for whole models. */
  learningRate?: number;
  /** Examples held out to measure the loss with. Default 64, at most a fifth of all. */
  heldOut?: number;
  /** Teacher completions for measuring the accepted share, before and after. Default 32. */
  completions?: number;
  /** Longest example, in tokens. Default 1024. */
  maxTokens?: number;
  seed?: number;
  /** Called after each step with the step, from 1, and the training loss in nats per token. */
  onStep?: (step: number, loss: number) => void;
}

/** Metrics of a model in its two roles. */
export interface WarmStartMeasures {
  /** Loss on held-out examples, nats per completion token; NaN if a role has no examples. */
  loss: { teacher: number; student: number };
  /** Share of a teacher's completions that the run would accept, in [0, 1]. */
  accepted: number;
  /** Counts of the reasons why the others are rejected. */
  rejected: Record<string, number>;
}

export interface WarmStartResult {
  /** The trained model; save it, then unload it. */
  model: TrainingClient;
  before: WarmStartMeasures;
  after: WarmStartMeasures;
  /** Examples trained on and held out, by role. */
  examples: { train: Record<WarmStartExample["role"], number>; heldOut: number };
  /** Problems left out, by reason. */
  excluded: WarmStartExamples["excluded"];
}

/**
 * Supervised fine-tuning in the roles of a run, so that an untrained teacher follows the format and a student writes
 * worked solutions: cross entropy on completions, with the prompts that the run will use. A run starts from the result
 * if `model.start` names its checkpoint.
 * @throws Error if fewer than two examples are left
 */
export async function warmStart(lab: Lab, params: WarmStartParams): Promise<WarmStartResult> {
  const { problems, steps = 30, batchSize = 8, completions = 32, maxTokens = 1024, seed = 0 } = params;
  const { rank } = lab.config.model;
  const peak = params.learningRate ?? (rank > 0 ? 5e-4 : 2e-5);
  const { examples, excluded } = await warmStartExamples(lab, { problems, maxTokens, seed });
  const heldOutSize = Math.min(params.heldOut ?? 64, Math.floor(examples.length / 5));
  const heldOut = examples.slice(0, heldOutSize);
  const train = examples.slice(heldOutSize);
  if (train.length < 2) {
    const reasons = Object.entries(excluded).map(([reason, count]) => `${reason}: ${count}`);
    throw new Error(
      `${examples.length} of ${problems.length} problems can be trained on (${reasons.join(", ")})`,
    );
  }

  const model = await newModel(lab, { seed: deriveSeed(seed, "warm-start") });
  const measured = (model: TrainingClient) => measure(lab, model, heldOut, completions, seed);
  const before = await measured(model);
  const nextBatch = batchStream(train, batchSize, seed);
  const signal = untilStopped(lab.signal);
  for (let step = 0; step < steps; step++) {
    signal?.throwIfAborted();
    const batch = nextBatch();
    const tokens = batch.reduce((sum, example) => sum + example.completion.length, 0);
    const data = batch.map(({ prompt, completion }) => supervisedDatum(prompt, completion, 1 / tokens));
    const rate = learningRate({
      step,
      totalSteps: steps,
      peak,
      warmupSteps: Math.ceil(steps / 10),
      schedule: "cosine",
    });
    const [{ metrics }] = await Promise.all([
      model.forwardBackward(data, "cross_entropy"),
      model.optimStep({
        learning_rate: rate,
        beta1: 0.9,
        beta2: 0.95,
        eps: 1e-8,
        weight_decay: 0,
        grad_clip_norm: 1,
      }),
    ]);
    params.onStep?.(step + 1, metrics["loss:sum"] ?? Number.NaN);
  }
  const count = (role: WarmStartExample["role"]) => train.filter(example => example.role === role).length;
  return {
    model,
    before,
    after: await measured(model),
    examples: { train: { teacher: count("teacher"), student: count("student") }, heldOut: heldOut.length },
    excluded,
  };
}

async function measure(
  lab: Lab,
  model: TrainingClient,
  heldOut: readonly WarmStartExample[],
  completions: number,
  seed: number,
): Promise<WarmStartMeasures> {
  const rollouts = await rolloutGroup({
    ...lab.config.teacher.sampling,
    sampler: await model.sampler(),
    tokenizer: lab.tokenizer,
    prompt: lab.teacherPrompt,
    size: completions,
    seed: deriveSeed(seed, "accepted"),
    signal: lab.signal,
  });
  const stated = await lab.domain.readQuestions(rollouts.map(({ text }) => text));
  const rejected: Record<string, number> = {};
  for (const one of stated) {
    if ("rejected" in one) rejected[one.rejected] = (rejected[one.rejected] ?? 0) + 1;
  }
  const lossOf = (role: WarmStartExample["role"]) =>
    heldOutLoss(
      model,
      heldOut.filter(example => example.role === role),
    );
  return {
    loss: { teacher: await lossOf("teacher"), student: await lossOf("student") },
    accepted: stated.filter(one => !("rejected" in one)).length / completions,
    rejected,
  };
}

async function heldOutLoss(model: TrainingClient, examples: readonly WarmStartExample[]): Promise<number> {
  if (examples.length === 0) return Number.NaN;
  const { logprobs } = await model.forward(
    examples.map(({ prompt, completion }) => supervisedDatum(prompt, completion)),
  );
  const own = logprobs.flatMap((row, i) => row.slice(-examples[i]!.completion.length));
  return -own.reduce((sum, logprob) => sum + logprob, 0) / own.length;
}
