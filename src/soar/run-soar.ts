import { join } from "node:path";
import { type OpenLabParams, openLab } from "../soar/open-lab.js";
import type { SoarConfig } from "./config.js";
import type { StepEvent } from "./events.js";
import { outerLoop } from "./outer-loop.js";
import type { OnProgress } from "./progress.js";
import { RunLog, type RunRecord, readRun, runFiles } from "./run-log.js";

export interface RunSoarParams extends Omit<OpenLabParams, "config" | "checkpoints"> {
  /** Folder of the run. */
  folder: string;
  /** What to run; absent = go on with the run that the folder holds. */
  config?: SoarConfig;
  onProgress?: OnProgress;
  onStep?: (step: StepEvent) => void;
  onNotice?: (notice: string) => void;
}

/**
 * Runs SOAR from start to end, or from where a run was interrupted to its end, and returns the finished run. A signal
 * stops it at once; what is in the log stays, and the run can be resumed.
 */
export async function runSoar(params: RunSoarParams): Promise<RunRecord> {
  const { folder, config } = params;
  const log = config ? await RunLog.create(folder, config) : await RunLog.resume(folder, params.onNotice);
  try {
    if (log.state.ended) return await readRun(folder);
    const lab = await openLab({
      ...params,
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
