import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import type { EvaluationProgress } from "../evaluation/evaluation-progress.js";
import { needsPromotions } from "../evaluation/requirements.js";
import { runEvaluation } from "../evaluation/run-evaluation.js";
import { checkConfig } from "../lab/check-config.js";
import { identityOf } from "../lab/identity.js";
import { recordOutside } from "../lab/open-experiment.js";
import { type RunStatus, runStatus } from "../lab/run-status.js";
import type { Domain } from "../problems/domain.js";
import type { SoarConfig } from "../soar/config.js";
import { recordReward } from "../soar/open-lab.js";
import type { Progress } from "../soar/progress.js";
import type { TeacherReward } from "../soar/rewards/teacher-reward.js";
import { readRun, soarLogKind } from "../soar/run-log.js";
import { runSoar } from "../soar/run-soar.js";
import { forEachConcurrently } from "../util/for-each-concurrently.js";
import { exclusively } from "../util/lock.js";
import { mapSequentially } from "../util/map-sequentially.js";
import { untilStopped } from "../util/stop-signal.js";
import { planStudy, type StudyPlan } from "./plan-study.js";
import { readStudy, type Study, studyFile } from "./read-study.js";
import { type SharedServer, shareServer } from "./share-server.js";
import { type StudyConfig, type StudyConfigInput, studySchema } from "./study-config.js";

/** What happens to a run of a study. */
export interface StudyProgress {
  /** Its SOAR runs come first, then its evaluations. */
  part: "teachers" | "evaluations";
  /** What the run is, e.g. "Grounded, seed 3". */
  name: string;
  state: "done before" | "running" | "finished" | "skipped";
  /** Why it is skipped. */
  reason?: string;
  /** Runs of this part finished or skipped so far, and in all. */
  done: number;
  total: number;
  /** The progress of a running one. */
  detail?: Progress | EvaluationProgress;
}

export interface RunStudyParams {
  /** What to run; it is checked. */
  study: StudyConfig | StudyConfigInput;
  /** The configuration that `study.config` names. */
  base: object;
  /** The domain of all its runs, instead of the one that the configuration names. */
  domain?: Domain;
  /** The reward of the teachers whose `teacher.reward` names it: { name, version, unit }. */
  reward?: TeacherReward;
  /** Folder of the study. */
  folder: string;
  /** Evaluations under way at once, on one server. Default 2. */
  concurrency?: number;
  /** Key of a remote server; default: TINKER_API_KEY. */
  apiKey?: string;
  onProgress?: (progress: StudyProgress) => void;
  onNotice?: (notice: string) => void;
  onServerLog?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Runs what is missing of a study and returns all of it: first its SOAR runs, then its evaluations. Runs that
 * are done are skipped, those that were interrupted are resumed. An evaluation that needs promotions is
 * skipped if its SOAR run promoted no student. A signal, or in a notebook stopping the cell, ends it at once;
 * the same call resumes it.
 * @throws Error if a folder holds a run of another configuration, before anything is run; if the study is
 *   running
 */
export async function runStudy(params: RunStudyParams): Promise<Study> {
  const study = checkConfig(params.study, "the study", studySchema);
  const { domain, reward, folder, concurrency = 2 } = params;
  const base = domain ? { ...params.base, domain: identityOf(domain) } : params.base;
  if (!(Number.isInteger(concurrency) && concurrency > 0)) {
    throw new RangeError(`runStudy: concurrency = ${concurrency}, expected a whole number, at least 1`);
  }
  const plan = planStudy(study, base, folder);
  for (const { config } of plan.runs)
    recordReward(recordOutside(config, { domain }), rewardOf(config, reward));
  if (reward && !plan.runs.some(({ config }) => rewardOf(config, reward))) {
    const { name, version, unit } = reward;
    throw new Error(
      `the reward "${name}" is for no teacher; give one the change teacher.reward: ${JSON.stringify({ name, version, unit })}`,
    );
  }
  const signal = untilStopped(params.signal);
  await mkdir(folder, { recursive: true });
  const lock = { path: join(folder, "lock"), what: `the study in ${folder}`, signal };
  return exclusively(lock, () => runMissing({ ...params, study, base, concurrency, signal }, plan));
}

/** Runs what is missing of a study that is checked. */
async function runMissing(params: RunStudyParams & { concurrency: number }, plan: StudyPlan): Promise<Study> {
  const {
    study,
    base,
    domain,
    reward,
    folder,
    concurrency,
    apiKey,
    onProgress = () => {},
    onNotice,
    signal,
  } = params;
  const runs = await mapSequentially(plan.runs, run => runStatus(soarLogKind, run));
  const evaluations = await mapSequentially(plan.evaluations, run => runStatus(evaluationLogKind, run));
  await writeFile(join(folder, studyFile), `${JSON.stringify({ study, base }, null, 2)}\n`);

  let shared: Promise<SharedServer> | undefined;
  const server = () => {
    // Only if something is left to run.
    shared ??= shareServer({ ...params, configs: [...plan.runs, ...plan.evaluations] });
    return shared;
  };

  const doAll = async <Planned extends { name: string }>(
    part: StudyProgress["part"],
    planned: readonly Planned[],
    standings: readonly RunStatus[],
    atOnce: number,
    /** Returns why it is skipped, if it is. */
    action: (run: Planned, isNew: boolean, report: Report) => Promise<string | undefined>,
  ) => {
    let done = 0;
    await forEachConcurrently(planned.entries(), atOnce, async ([i, run]) => {
      const tell = (state: StudyProgress["state"], rest: Partial<StudyProgress> = {}) =>
        onProgress({ part, name: run.name, state, done, total: planned.length, ...rest });
      const standing = standings[i]!;
      if (standing !== "ended") tell("running");
      const reason =
        standing === "ended"
          ? undefined
          : await action(run, standing === "missing", detail => tell("running", { detail }));
      done++;
      if (standing === "ended") tell("done before");
      else tell(reason === undefined ? "finished" : "skipped", { reason });
    });
  };

  try {
    await doAll("teachers", plan.runs, runs, 1, async ({ folder, config }, isNew, onProgress) => {
      const own = { folder, config: isNew ? config : undefined, onProgress, onNotice, apiKey, domain };
      await runSoar({ ...own, reward: rewardOf(config, reward), ...(await server()) });
      return undefined;
    });
    await doAll(
      "evaluations",
      plan.evaluations,
      evaluations,
      concurrency,
      async (planned, isNew, onProgress) => {
        const { run, folder, config } = planned;
        if (run && needsPromotions(config) && (await readRun(run.folder)).promotions.length === 0) {
          return `${run.name}, promoted no student`;
        }
        const own = { folder, config: isNew ? config : undefined, onProgress, onNotice, apiKey, domain };
        await runEvaluation({ ...own, ...(await server()) });
        return undefined;
      },
    );
  } catch (error) {
    // If anything failed because of an interruption, or because the server failed, report that as the reason.
    signal?.throwIfAborted();
    if (shared) (await shared).signal.throwIfAborted();
    throw error;
  } finally {
    await (await shared)?.close();
  }
  return readStudy(folder);
}

/** The reward, for a teacher whose configuration names one from outside. */
function rewardOf({ teacher }: SoarConfig, reward: TeacherReward | undefined): TeacherReward | undefined {
  return typeof teacher.reward === "object" ? reward : undefined;
}

type Report = (detail: Progress | EvaluationProgress) => void;
