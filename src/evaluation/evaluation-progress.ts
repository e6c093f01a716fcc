/** What an evaluation run is doing right now, for a progress display. */
export interface EvaluationProgress {
  /** Training steps: done, and total. */
  step: number;
  steps: number;
  phase: "training" | "evaluating";
  /** Mean reward of the last training step, in points (0 to 120). */
  reward: number | undefined;
}

export type OnEvaluationProgress = (progress: EvaluationProgress) => void;
