import { join } from "node:path";
import { readLogConfig } from "../lab/event-log.js";
import { recordOutside } from "../lab/open-experiment.js";
import { runStatus } from "../lab/run-status.js";
import { untilStopped } from "../util/stop-signal.js";
import type { SoarConfig, SoarConfigInput } from "./config.js";
import type { StepEvent } from "./events.js";
import { type OpenLabParams, openLab, recordReward } from "./open-lab.js";
import { outerLoop } from "./outer-loop.js";
import { parseConfig } from "./parse-config.js";
import type { OnProgress } from "./progress.js";
import { RunLog, type RunRecord, readRun, runFiles, soarLogKind } from "./run-log.js";

export interface RunSoarParams extends Omit<OpenLabParams, "config" | "checkpoints" | "sampler"> {
  /** Folder of the run. */
  folder: string;
  /** What to run; absent = resume the run that the folder holds. */
  config?: SoarConfig | SoarConfigInput;
  onProgress?: OnProgress;
  onStep?: (step: StepEvent) => void;
  onNotice?: (notice: string) => void;
}

/**
 * Runs SOAR to its end, or resumes an interrupted run, and returns the finished run. Aborting the signal, or stopping
 * the notebook cell, ends it at once. The log is kept, and the same call resumes the run.
 * @throws Error if the folder holds a run of another configuration, or the run is already active
 */
export async function runSoar(params: RunSoarParams): Promise<RunRecord> {
  const { folder } = params;
  const signal = untilStopped(params.signal) ?? new AbortController().signal;
  const asked = params.config ? parseConfig(params.config) : await readLogConfig(soarLogKind, folder);
  const config = recordReward(recordOutside(asked, params), params.reward);
  const status = await runStatus(soarLogKind, { folder, config });
  const log =
    params.config && status === "missing"
      ? await RunLog.create(folder, config, signal)
      : await RunLog.resume(folder, params.onNotice, signal);
  try {
    if (log.state.ended) return await readRun(folder);
    const lab = await openLab({
      ...params,
      signal,
      config: log.config,
      checkpoints: join(folder, runFiles.checkpoints),
    });
    try {
      for await (const step of outerLoop(lab, log, params.onProgress)) params.onStep?.(step);
    } finally {
      await lab.close();
    }
  } finally {
    await log.close();
  }
  return readRun(folder);
}
