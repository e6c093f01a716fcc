import type { BaselineAccuracy } from "./events.js";
import type { RunRecord } from "./run-log.js";

/** One baseline of a run: the base model, or a promoted student. */
export interface BaselineStage {
  /** 0 before any promotion. */
  stage: number;
  /** Outer step, from 0, that promoted it; undefined for the base model. */
  step: number | undefined;
  accuracy: BaselineAccuracy;
}

/** Returns the baselines of a run in order; empty until the run has measured its first. */
export function baselineStages({
  start,
  promotions,
}: Pick<RunRecord, "start" | "promotions">): BaselineStage[] {
  return [
    ...(start ? [{ stage: 0, step: undefined, accuracy: start.baseline }] : []),
    ...promotions.map(({ step, accuracy }, i) => ({ stage: i + 1, step, accuracy })),
  ];
}
