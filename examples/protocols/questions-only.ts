import { type EvaluationConfig, evaluationConfigFor, type RunRecord } from "soarlab";

/** A fresh student on a run's promotion questions alone: what they teach without any hard problem. */
export function questionsOnly(run: RunRecord): EvaluationConfig {
  return evaluationConfigFor({
    protocol: "pq",
    base: run.config,
    run: run.folder,
    changes: { training: { mix: "questions-only", steps: 24 }, test: { every: 6, readAt: "end" } },
  });
}
