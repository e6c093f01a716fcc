import type { TrainingClient } from "../training/training-client.js";
import type { Lab } from "./lab.js";

/**
 * Creates a model to train, with a new optimizer.
 * @param from checkpoint that it starts from; absent = where the experiment's models start: `lab.start`, or the base
 *   model with adapters that `seed` initialises
 */
export function newModel(
  lab: Lab,
  { from = lab.start, seed }: { from?: string; seed: number },
): Promise<TrainingClient> {
  const params = { rank: lab.config.model.rank, seed };
  return from
    ? lab.service.loadModel(from, { ...params, optimizer: false })
    : lab.service.createModel(params);
}
