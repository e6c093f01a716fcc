import type { RunRecord } from "../soar/run-log.js";
import { runName } from "../soar/run-name.js";

/** The line under a figure's title: which run, seed and sizes, and how far it has come. Symbols as in SOAR, Table 3. */
export function describeRun(run: Pick<RunRecord, "folder" | "config" | "steps" | "ended">): string {
  const { config, steps } = run;
  const { datasets: g, questionsPerDataset: n, studentsPerDataset: r, rewardQuestions: M } = config;
  const done = steps.length;
  const progress =
    run.ended || done >= config.outerSteps
      ? `${done} outer steps`
      : `${done} of ${config.outerSteps} outer steps so far`;
  return [
    runName(run),
    config.model.base.split("/").at(-1),
    `seed ${config.seed}`,
    progress,
    `g x n = ${g} x ${n} questions`,
    `r = ${r} student${r === 1 ? "" : "s"}`,
    `M = ${M} reward questions`,
  ].join("  |  ");
}
