import { join } from "node:path";
import { EventLog } from "../lab/event-log.js";
import { openExperiment } from "../lab/open-experiment.js";
import type { OpenLabParams } from "../soar/open-lab.js";
import { readRun, runFiles } from "../soar/run-log.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import type { EvaluationEvent } from "./evaluation-events.js";
import { evaluationLogKind } from "./evaluation-log.js";
import { evaluationLoop } from "./evaluation-loop.js";
import type { OnEvaluationProgress } from "./evaluation-progress.js";
import { type EvaluationRecord, readEvaluation } from "./read-evaluation.js";

export interface RunEvaluationParams extends Omit<OpenLabParams, "config"> {
  /** Folder of the evaluation run. */
  folder: string;
  /** What to run; absent = go on with the evaluation that the folder holds. */
  config?: EvaluationConfig;
  onProgress?: OnEvaluationProgress;
  onEvaluation?: (evaluation: EvaluationEvent) => void;
  onNotice?: (notice: string) => void;
}

/**
 * Runs an evaluation from start to end, or from where it was interrupted to its end, and returns it. Without a server of
 * its own, one is started on the checkpoints of the SOAR run that is evaluated.
 */
export async function runEvaluation(params: RunEvaluationParams): Promise<EvaluationRecord> {
  const { folder, config, onNotice } = params;
  const log = config
    ? await EventLog.create(evaluationLogKind, folder, config)
    : await EventLog.resume(evaluationLogKind, folder, onNotice);
  try {
    if (log.events.at(-1)?.type === "end") return await readEvaluation(folder);
    const run = log.config.run === undefined ? undefined : await readRun(log.config.run);
    const checkpoints = join(run?.folder ?? folder, runFiles.checkpoints);
    const lab = await openExperiment({ checkpoints, ...params, config: log.config });
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
