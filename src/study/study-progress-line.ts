import type { StudyProgress } from "./run-study.js";

/** The progress of a study, as `progressCell` and the command line show it. */
export function studyProgressLine(progress: StudyProgress): { text: string; share: number } {
  const { part, name, state, done, total, detail, reason } = progress;
  const steps = detail && ("steps" in detail ? detail.steps : detail.outerSteps);
  const at = detail ? `: step ${Math.min(detail.step + 1, steps!)}/${steps} ${detail.phase}` : "";
  const what = state === "skipped" ? `skipped, ${reason}` : state;
  const text = `${part} ${String(done).padStart(String(total).length)}/${total}  ${name}${state === "running" ? at : `: ${what}`}`;
  return { text, share: done / total };
}
