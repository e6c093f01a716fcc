import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import type { EvaluationProgress } from "../evaluation/evaluation-progress.js";
import { needsPromotions } from "../evaluation/needs-run.js";
import { runEvaluation } from "../evaluation/run-evaluation.js";
import { findPath } from "../soar/find-path.js";
import type { OpenLabParams } from "../soar/open-lab.js";
import type { Progress } from "../soar/progress.js";
import { readRun, runFiles, soarLog } from "../soar/run-log.js";
import { runSoar } from "../soar/run-soar.js";
import { type RunStanding, runStanding } from "../soar/run-standing.js";
import { startLocalServer } from "../training/start-local-server.js";
import { forEachConcurrently } from "../util/for-each-concurrently.js";
import { type PlannedEvaluation, type PlannedRun, planStudy } from "./plan-study.js";
import { readStudy, type Study, studyFile } from "./read-study.js";
import type { StudyConfig } from "./study-config.js";

/** What happens to a run of a study. */
export interface StudyProgress {
  /** Folder of the run. */
  folder: string;
  /** What it is, e.g. "Grounded, seed 3". */
  name: string;
  state: "done before" | "running" | "finished" | "skipped";
  /** Why it is skipped. */
  reason?: string;
  /** Runs finished or skipped so far, and in all. */
  done: number;
  total: number;
  /** How far a running one is. */
  detail?: Progress | EvaluationProgress;
}

export interface RunStudyParams extends Pick<OpenLabParams, "apiKey" | "onServerLog" | "signal"> {
  study: StudyConfig;
  /** The configuration that `study.config` names. */
  base: object;
  /** Folder of the study. */
  folder: string;
  /** Evaluations under way at once, on one server. Default 2. */
  concurrency?: number;
  onProgress?: (progress: StudyProgress) => void;
  onNotice?: (notice: string) => void;
}

/**
 * Runs what is missing of a study and returns all of it: first its SOAR runs, then its evaluations. Runs that are done are
 * skipped, those that were interrupted are gone on with. An evaluation that needs promotions is skipped where its SOAR
 * run promoted no student.
 * @throws Error where a folder holds a run of another configuration, before anything is run
 */
export async function runStudy(params: RunStudyParams): Promise<Study> {
  const { study, base, folder, concurrency = 2, onProgress = () => {}, signal, apiKey, onNotice } = params;
  const plan = planStudy(study, base, folder);
  const total = plan.runs.length + plan.evaluations.length;
  const soar = await Promise.all(plan.runs.map(run => runStanding(soarLog, run)));
  const evaluated = await Promise.all(plan.evaluations.map(run => runStanding(evaluationLogKind, run)));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, studyFile), `${JSON.stringify({ study, base }, null, 2)}\n`);

  let done = 0;
  const shared = await openServer(params, plan.runs[0] ?? plan.evaluations[0]!);
  const lab = { server: shared.server, apiKey, signal: shared.signal, onNotice };
  const doAll = <Planned extends PlannedRun | PlannedEvaluation>(
    planned: Planned[],
    standings: RunStanding[],
    atOnce: number,
    action: (
      run: Planned,
      config: Planned["config"] | undefined,
      report: Report,
    ) => Promise<string | undefined>,
  ) =>
    forEachConcurrently(planned.entries(), atOnce, async ([i, run]) => {
      const tell = (state: StudyProgress["state"], rest: Partial<StudyProgress> = {}) =>
        onProgress({ folder: run.folder, name: describe(run), state, done, total, ...rest });
      if (standings[i] === "ended") {
        done++;
        return tell("done before");
      }
      tell("running");
      const config = standings[i] === "missing" ? run.config : undefined;
      const skipped = await action(run, config, detail => tell("running", { detail }));
      done++;
      if (skipped === undefined) tell("finished");
      else tell("skipped", { reason: skipped });
    });
  try {
    await doAll(plan.runs, soar, 1, async ({ folder }, config, onProgress) => {
      await runSoar({ ...lab, folder, config, onProgress });
      return undefined;
    });
    await doAll(plan.evaluations, evaluated, concurrency, async (evaluation, config, onProgress) => {
      if (needsPromotions(evaluation.config)) {
        const { promotions, folder } = await readRun(evaluation.run!.folder);
        if (promotions.length === 0) return `${folder} promoted no student`;
      }
      await runEvaluation({ ...lab, folder: evaluation.folder, config, onProgress });
      return undefined;
    });
  } catch (error) {
    // Whatever fell over because the server did, that is the reason.
    throw signal?.aborted ? signal.reason : shared.signal.aborted ? shared.signal.reason : error;
  } finally {
    await shared.close();
  }
  return readStudy(folder);
}

type Report = (detail: Progress | EvaluationProgress) => void;

function describe(run: PlannedRun | PlannedEvaluation): string {
  return "teacher" in run
    ? `${run.teacher}, seed ${run.seed}`
    : `${run.method}, seed ${run.seed}, student ${run.student}`;
}

/** One server for all runs: the configured one, or a local one of the study's own. */
async function openServer(
  { folder, signal, onServerLog }: RunStudyParams,
  { config }: PlannedRun | PlannedEvaluation,
) {
  if (config.server.url) {
    return { server: undefined, signal: signal ?? new AbortController().signal, close: async () => {} };
  }
  const server = await startLocalServer({
    model: findPath(config.model.base),
    device: config.server.device,
    dtype: config.server.dtype,
    checkpoints: join(folder, runFiles.checkpoints),
    onLog: onServerLog,
    signal,
  });
  const lost = new AbortController();
  server.ended.then(reason => lost.abort(new Error(reason)));
  return {
    server,
    signal: signal ? AbortSignal.any([signal, lost.signal]) : lost.signal,
    close: server.stop,
  };
}
