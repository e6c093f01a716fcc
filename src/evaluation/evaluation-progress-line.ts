import type { EvaluationProgress } from "./evaluation-progress.js";

/** Returns the progress of an evaluation run as `progressCell` and the command line show it. */
export function evaluationProgressLine(progress: EvaluationProgress): { text: string; share: number } {
  const { step, steps, phase, reward } = progress;
  const rewarded = reward === undefined ? "" : `, reward ${reward.toFixed(1)}`;
  return { text: `step ${step}/${steps} ${phase}${rewarded}`, share: steps === 0 ? 0 : step / steps };
}
