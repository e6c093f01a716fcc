import type { Lab } from "../lab/lab.js";
import { solvedGreedily } from "../lab/solved-greedily.js";
import type { Problem } from "../problems/problem.js";
import type { Sampler } from "../training/sampler.js";
import type { SoarConfig } from "./config.js";
import type { BaselineAccuracy } from "./events.js";

/** The model that students start from and are measured against: theta of Algorithm 1. */
export interface Baseline {
  /** Checkpoint that students load it from; undefined = the base model itself. */
  checkpoint: string | undefined;
  /** Its greedy accuracy on some problems of the hard train half, in [0, 1]. */
  accuracyOn(problems: readonly Problem[]): number;
  /** Its greedy accuracy on both halves of the hard split. */
  accuracy: BaselineAccuracy;
}

/**
 * Measures a baseline once on all hard problems: greedy answers do not change, so no step has to sample them again for
 * its Q_R.
 * @param checkpoint where students load it from; absent = the base model
 * @param sampler the baseline's weights
 */
export async function measureBaseline(
  lab: Lab<SoarConfig>,
  { checkpoint, sampler }: { checkpoint?: string; sampler: Sampler },
): Promise<Baseline> {
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
