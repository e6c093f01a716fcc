import { estimatePassAtK } from "../metrics/estimate-pass-at-k.js";
import { plateauStep } from "../metrics/plateau-step.js";
import { mean } from "../metrics/statistics.js";
import type { EvaluationEvent } from "./evaluation-events.js";
import type { EvaluationRecord } from "./read-evaluation.js";

/** The result of an evaluation run. */
export interface EvaluationResult {
  /** pass@k, each in [0, 1]: the mean over the problems, and over the evaluations read. */
  passAtK: { k: number; value: number }[];
  /** Training steps of the evaluations that were read. */
  steps: number[];
  /** Step of the training reward's plateau, if the run is read there; undefined if there is no plateau. */
  plateau: number | undefined;
}

/**
 * Reads an evaluation run as its configuration says (App. B.6): the mean over the evaluations of the window after the
 * plateau of its training reward, or one evaluation. A run without a plateau, or that ends at it, is read at its end.
 * @throws Error if it has no evaluation yet
 */
export function evaluationResult(record: EvaluationRecord): EvaluationResult {
  const { evaluations, config, folder } = record;
  if (evaluations.length === 0) throw new Error(`${folder} has no evaluation yet`);
  const { k, readAt, window } = config.test;
  const last = evaluations.at(-1)!;
  const isFlat = readAt === "plateau" && config.training.steps > 0;
  const plateau = isFlat ? plateauStep({ rewards: record.rewards }).step : undefined;
  const chosen =
    plateau !== undefined
      ? evaluations.filter(({ step }) => step > plateau && step <= plateau + window)
      : evaluations.filter(({ step }) => typeof readAt === "number" && step >= readAt).slice(0, 1);
  const read = chosen.length > 0 ? chosen : [last];
  return {
    passAtK: k.map(k => ({ k, value: mean(read.map(evaluation => passAt(evaluation, k))) })),
    steps: read.map(({ step }) => step),
    plateau,
  };
}

function passAt({ correct, samples }: EvaluationEvent, k: number): number {
  return mean(correct.map((correct, problem) => estimatePassAtK({ problem, samples, correct }, k)));
}
