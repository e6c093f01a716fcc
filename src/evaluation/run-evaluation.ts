import { join } from "node:path";
import { EventLog, readLogConfig } from "../lab/event-log.js";
import { type OpenExperimentParams, openExperiment, recordOutside } from "../lab/open-experiment.js";
import { runStatus } from "../lab/run-status.js";
import { readRun, runFiles } from "../soar/run-log.js";
import { untilStopped } from "../util/stop-signal.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import type { EvaluationEvent } from "./evaluation-events.js";
import { evaluationLogKind } from "./evaluation-log.js";
import { evaluationLoop } from "./evaluation-loop.js";
import type { OnEvaluationProgress } from "./evaluation-progress.js";
import { type EvaluationRecord, readEvaluation } from "./read-evaluation.js";

export interface RunEvaluationParams extends Omit<OpenExperimentParams<EvaluationConfig>, "config"> {
  /** Folder of the evaluation run. */
  folder: string;
  /** What to run; absent = resume the evaluation that the folder holds. */
  config?: EvaluationConfig;
  onProgress?: OnEvaluationProgress;
  onEvaluation?: (evaluation: EvaluationEvent) => void;
  onNotice?: (notice: string) => void;
}

/**
 * Runs an evaluation to its end, or resumes an interrupted one, and returns it. If no server is given, one is started
 * on the checkpoints of the SOAR run that is evaluated. Aborting the signal, or stopping the notebook cell, ends it at
 * once. The same call resumes it.
 * @throws Error if the folder holds an evaluation of another configuration, or it is already active
 */
export async function runEvaluation(params: RunEvaluationParams): Promise<EvaluationRecord> {
  const { folder, onNotice } = params;
  const signal = untilStopped(params.signal) ?? new AbortController().signal;
  const config = recordOutside(params.config ?? (await readLogConfig(evaluationLogKind, folder)), params);
  const status = await runStatus(evaluationLogKind, { folder, config });
  const log =
    params.config && status === "missing"
      ? await EventLog.create(evaluationLogKind, folder, config, signal)
      : await EventLog.resume(evaluationLogKind, folder, onNotice, signal);
  try {
    if (log.events.at(-1)?.type === "end") return await readEvaluation(folder);
    const run = log.config.run === undefined ? undefined : await readRun(log.config.run);
    const checkpoints = join(run?.folder ?? folder, runFiles.checkpoints);
    const lab = await openExperiment({ checkpoints, ...params, signal, config: log.config });
    try {
      const loop = evaluationLoop({ lab, log, run, onProgress: params.onProgress });
      for await (const evaluation of loop) params.onEvaluation?.(evaluation);
    } finally {
      await lab.close();
    }
  } finally {
    await log.close();
  }
  return readEvaluation(folder);
}
