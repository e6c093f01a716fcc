import { mean } from "../metrics/statistics.js";
import type { EvaluationRecord } from "./read-evaluation.js";

/** pass@1 of each evaluation of a run in percent, with the training steps done. */
export function passAt1Curve({ evaluations }: Pick<EvaluationRecord, "evaluations">) {
  return evaluations.map(({ step, correct, samples }) => ({ step, value: (100 * mean(correct)) / samples }));
}
