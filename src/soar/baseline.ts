import type { Lab } from "../lab/lab.js";
import { solvedGreedily } from "../lab/solved-greedily.js";
import type { Problem } from "../problems/problem.js";
import type { TrainingClient } from "../training/training-client.js";
import type { SoarConfig } from "./config.js";
import type { BaselineAccuracy } from "./events.js";

/** The model that students start from and are measured against: theta of Algorithm 1. */
export interface Baseline {
  /** Where students load it from; undefined = the base model itself. */
  checkpoint: string | undefined;
  /** Its greedy accuracy on some problems of the hard train half, in [0, 1]. */
  accuracyOn(problems: readonly Problem[]): number;
  /** Its greedy accuracy on both halves of the hard split. */
  accuracy: BaselineAccuracy;
}

/**
 * Measures a baseline once on all hard problems: greedy answers do not change, so no step has to sample them again for
 * its Q_R.
 * @param model the baseline's weights on the server; absent = the base model
 */
export async function measureBaseline(
  lab: Lab<SoarConfig>,
  checkpoint?: string,
  model?: TrainingClient,
): Promise<Baseline> {
  const sampler = model ? await model.sampler() : lab.baseSampler;
  const { train, test } = lab.hardSplit;
  const correct = await solvedGreedily(lab, sampler, train);
  const heldOut = await solvedGreedily(lab, sampler, test);
  const solved = new Set(train.filter((_, i) => correct[i]).map(problem => problem.id));
  return {
    checkpoint,
    accuracyOn: problems => share(problems.map(problem => solved.has(problem.id))),
    accuracy: { train: share(correct), test: share(heldOut) },
  };
}

function share(flags: readonly boolean[]): number {
  return flags.filter(Boolean).length / flags.length;
}
