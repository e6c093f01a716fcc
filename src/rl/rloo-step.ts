import { policyDatum } from "../training/datum.js";
import type { Sampler } from "../training/sampler.js";
import type { TrainingClient } from "../training/training-client.js";
import { learningRate } from "./learning-rate.js";
import type { Optimization } from "./optimization.js";
import { rlooAdvantages } from "./rloo-advantages.js";
import type { Rollout } from "./rollout-group.js";

/** A member of a group: rollouts that share one reward. A student's has one; the teacher's has a whole dataset of them. */
export interface GroupMember {
  rollouts: Rollout[];
  reward: number;
}

export interface RlooStepParams {
  model: TrainingClient;
  /** The groups of this step; advantages are taken within each. */
  groups: GroupMember[][];
  optimization: Optimization;
  /** Step, from 0, and the number of steps of the whole training: they set the learning rate. */
  step: number;
  totalSteps: number;
  /** Factor on the learning rate. Default 1. */
  learningRateScale?: number;
  /** The starting model, for the KL penalty; not asked when the coefficient is 0. */
  reference?: Sampler;
  signal?: AbortSignal;
}

/** Metrics of one step, named `area/name`. */
export type Metrics = Record<string, number>;

/** The metrics that are summed over several steps: counts and times. The others are averaged. */
export const additiveMetrics: ReadonlySet<string> = new Set([
  "groups/total",
  "groups/skipped",
  "tokens/sampled",
  "tokens/trained",
  "time/sample_ms",
  "time/train_ms",
]);

/**
 * One RLOO update of a model, for teacher, students and evaluation alike: advantages within each group, a per-token KL
 * penalty against the starting model, importance-sampling loss averaged over rollouts, one optimizer step. Groups
 * whose rewards are all equal teach nothing: they are skipped and counted, and when none is left the model stays as it is.
 */
export async function rlooStep(params: RlooStepParams): Promise<Metrics> {
  const { model, groups, optimization, step, totalSteps, learningRateScale = 1, reference, signal } = params;
  const peak = optimization.learningRate;
  const rate = learningRateScale * learningRate({ ...optimization, step, totalSteps, peak });
  const started = performance.now();
  const rewards = groups.flatMap(group => group.map(member => member.reward));
  const scored = groups.map(group => {
    const advantages = rlooAdvantages(group.map(member => member.reward));
    return group.flatMap(({ rollouts }, i) =>
      rollouts.map(rollout => ({ rollout, advantage: advantages[i]! })),
    );
  });
  const used = scored.filter(group => group.some(({ advantage }) => advantage !== 0)).flat();
  const all = scored.flat();
  const metrics: Metrics = {
    "reward/mean": mean(rewards),
    "groups/total": groups.length,
    "groups/skipped": scored.filter(group => group.every(({ advantage }) => advantage === 0)).length,
    "tokens/sampled": sum(all.map(({ rollout }) => rollout.tokens.length)),
    "tokens/trained": 0,
    "entropy/sampled": -mean(all.flatMap(({ rollout }) => rollout.logprobs)),
    "optim/learning_rate": rate,
  };
  if (used.length === 0) return { ...metrics, "time/train_ms": performance.now() - started };

  const penalties = await klPenalties(
    used.map(({ rollout }) => rollout),
    optimization,
    reference,
    signal,
  );
  const data = used.flatMap(({ rollout, advantage }, i) => {
    const penalty = penalties?.tokens[i];
    // Without a penalty a rollout of advantage 0 adds nothing to the gradient, so it need not be computed.
    if (advantage === 0 && !penalty) return [];
    const scaled = rollout.logprobs.map(
      (_, t) => (advantage * optimization.advantageScale - (penalty?.[t] ?? 0)) / all.length,
    );
    return [policyDatum(rollout.prompt, rollout.tokens, rollout.logprobs, scaled)];
  });
  const [loss, update] = await Promise.all([
    model.forwardBackward(data, "importance_sampling"),
    model.optimStep({
      learning_rate: rate,
      beta1: optimization.beta1,
      beta2: optimization.beta2,
      eps: optimization.eps,
      weight_decay: optimization.weightDecay,
      grad_clip_norm: optimization.gradientClip,
    }),
  ]);
  return {
    ...metrics,
    "tokens/trained": sum(data.map(datum => datum.loss_fn_inputs.target_tokens.data.length)),
    ...(penalties && { "kl/start": penalties.mean }),
    ...(loss.metrics["loss:sum"] !== undefined && { "optim/loss": loss.metrics["loss:sum"] }),
    ...(update.grad_norm !== undefined && { "optim/grad_norm": update.grad_norm }),
    "time/train_ms": performance.now() - started,
  };
}

/**
 * The penalty of each token, coefficient * (log-ratio to the starting model - its mean over the batch), and that mean,
 * which estimates the KL per token in nats. Centred, because a constant only adds variance.
 */
async function klPenalties(
  rollouts: Rollout[],
  { klCoefficient }: Optimization,
  reference: Sampler | undefined,
  signal: AbortSignal | undefined,
) {
  if (klCoefficient === 0 || !reference) return undefined;
  const ratios = await Promise.all(
    rollouts.map(async ({ prompt, tokens, logprobs }) => {
      const start = await reference.logprobs([...prompt, ...tokens], signal);
      return logprobs.map((logprob, t) => logprob - start[prompt.length + t]!);
    }),
  );
  const center = mean(ratios.flat());
  return { mean: center, tokens: ratios.map(row => row.map(ratio => klCoefficient * (ratio - center))) };
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}
