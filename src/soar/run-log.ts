import { join } from "node:path";
import {
  EventLog,
  eventsFile,
  type LogKind,
  type LoopClaim,
  readEvents,
  readLogConfig,
} from "../lab/event-log.js";
import type { RejectedCompletion } from "../lab/sample-questions.js";
import { readJsonl } from "../util/jsonl.js";
import { type SoarConfig, soarConfigSchema } from "./config.js";
import {
  eventSchema,
  type QuestionRecord,
  questionRecordSchema,
  type RunEvent,
  type StepEvent,
} from "./events.js";
import { type RunState, replay } from "./run-state.js";
import {
  type RolloutRecord,
  rolloutRecordSchema,
  type StudentStepRecord,
  studentStepSchema,
} from "./student-log.js";

/** Names of a run's files. */
export const runFiles = {
  config: "config.json",
  events: eventsFile,
  questions: "questions.jsonl",
  promotionQuestions: "promotion-questions.jsonl",
  /** Rejected completions of the teacher. */
  rejected: "rejected.jsonl",
  /** Metrics of each training step of each student. */
  studentSteps: "student-steps.jsonl",
  /** A few of the students' completions in training. */
  rollouts: "rollouts.jsonl",
  checkpoints: "checkpoints",
} as const;

/** Number of rejected completions kept per outer step, and characters kept of each. */
const rejectedLimits = { perStep: 20, characters: 2000 };

/** Files and schemas that identify a SOAR run folder. */
export const soarLogKind: LogKind<SoarConfig, RunEvent> = {
  configFile: runFiles.config,
  configSchema: soarConfigSchema,
  eventSchema,
  stepOf: event => (event.type === "step" ? event.step : undefined),
  stepAfter: (previous = -1) => previous + 1,
};

/**
 * The log of one run: a folder with all its data. Events are appended and flushed to disk before the loop continues.
 * A step's questions are written before its event, so a step counts as a whole or not at all.
 */
export class RunLog {
  /** The current step, and how many of its rejected completions are kept. */
  private rejected = { step: -1, kept: 0 };

  private constructor(private readonly log: EventLog<SoarConfig, RunEvent>) {}

  /**
   * Starts a new run in a folder.
   * @throws Error if the folder already holds a run
   */
  static async create(folder: string, config: SoarConfig, inUse?: AbortSignal): Promise<RunLog> {
    return new RunLog(await EventLog.create(soarLogKind, folder, config, inUse));
  }

  /** Opens a run to resume it. Data that a killed process left of an unfinished step is cut off. */
  static async resume(
    folder: string,
    onNotice?: (notice: string) => void,
    inUse?: AbortSignal,
  ): Promise<RunLog> {
    const log = new RunLog(await EventLog.resume(soarLogKind, folder, onNotice, inUse));
    try {
      await log.cutUnfinished();
    } catch (error) {
      await log.close();
      throw error;
    }
    return log;
  }

  /** Claims the run for one loop; see `EventLog.startLoop`. */
  async startLoop(signal?: AbortSignal): Promise<LoopClaim> {
    const claim = await this.log.startLoop(signal);
    try {
      await this.cutUnfinished();
    } catch (error) {
      claim.end();
      throw error;
    }
    return claim;
  }

  /** Cuts off data that a killed or failed step left in the other files. */
  private async cutUnfinished(): Promise<void> {
    const last = this.log.events.findLast(event => event.type === "step");
    await this.log.cutRows(runFiles.questions, last?.bytes.questions ?? 0);
    await this.log.cutRows(runFiles.promotionQuestions, last?.bytes.promotionQuestions ?? 0);
    for (const file of ["rejected", "studentSteps", "rollouts"] as const) {
      await this.log.cutRows(runFiles[file], last?.bytes[file] ?? 0);
    }
  }

  get folder(): string {
    return this.log.folder;
  }

  get config(): SoarConfig {
    return this.log.config;
  }

  /** The current state of the run. */
  get state(): RunState {
    return replay(this.log.events, this.config.promotion);
  }

  /** Appends an event other than a step. */
  append(event: Exclude<RunEvent, StepEvent>): Promise<void> {
    return this.log.append(event);
  }

  /** Keeps the first rejected completions of an outer step in rejected.jsonl, before the step is finished. */
  async keepRejected(step: number, rejected: readonly RejectedCompletion[]): Promise<void> {
    if (this.rejected.step !== step) this.rejected = { step, kept: 0 };
    const rows = rejected
      .slice(0, rejectedLimits.perStep - this.rejected.kept)
      .map(({ text, reason }) => ({ step, reason, text: text.slice(0, rejectedLimits.characters) }));
    this.rejected.kept += rows.length;
    if (rows.length > 0) await this.log.appendRows(runFiles.rejected, rows);
  }

  /**
   * Appends a finished step: its questions, those that a promotion keeps, the records of its students, and last the
   * event that makes them count.
   */
  async commit(
    event: Omit<StepEvent, "bytes">,
    questions: QuestionRecord[],
    { studentSteps, rollouts }: StudentRecords = { studentSteps: [], rollouts: [] },
  ): Promise<StepEvent> {
    const promoted = event.promotion
      ? questions.filter(({ dataset }) => dataset === event.promotion!.dataset)
      : [];
    const bytes = {
      questions: await this.log.appendRows(runFiles.questions, questions),
      promotionQuestions: await this.log.appendRows(runFiles.promotionQuestions, promoted),
      rejected: await this.log.appendRows(runFiles.rejected, []),
      studentSteps: await this.log.appendRows(runFiles.studentSteps, studentSteps),
      rollouts: await this.log.appendRows(runFiles.rollouts, rollouts),
    };
    const complete: StepEvent = { ...event, bytes };
    await this.log.append(complete);
    return complete;
  }

  /** Ends a loop over the run, and releases the run to other processes. */
  close(): Promise<void> {
    return this.log.close();
  }
}

/** The records kept of the students of an outer step. */
export interface StudentRecords {
  studentSteps: readonly StudentStepRecord[];
  rollouts: readonly RolloutRecord[];
}

/** The part of a run that its events alone contain. */
export interface RunProgress extends RunState {
  folder: string;
  config: SoarConfig;
}

/** A run as read from its files. */
export interface RunRecord extends RunProgress {
  questions: QuestionRecord[];
  /** D_best: the questions that a promotion kept. */
  promotionQuestions: QuestionRecord[];
}

/**
 * Reads a run without its questions, for lists of many runs.
 * @throws Error naming file and line if the log is damaged, e.g. has a step twice
 */
export async function readRunProgress(folder: string): Promise<RunProgress> {
  const config = await readLogConfig(soarLogKind, folder);
  const { rows } = await readEvents(soarLogKind, folder, config);
  return { ...replay(rows, config.promotion), folder, config };
}

/**
 * Reads a run without changing it, whether live, dead or copied. Data of an unfinished step is left out.
 * @throws Error as `readRunProgress` does
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const run = await readRunProgress(folder);
  const counts = (record: QuestionRecord) => record.step < run.nextStep;
  const questions = await readJsonl(join(folder, runFiles.questions), questionRecordSchema);
  const promoted = await readJsonl(join(folder, runFiles.promotionQuestions), questionRecordSchema);
  return {
    ...run,
    questions: questions.rows.filter(counts),
    promotionQuestions: promoted.rows.filter(counts),
  };
}

/** Returns the rollouts that a run has kept; none in runs of version 0.1.0. `readRun`, which is often called, skips them. */
export async function readRollouts(run: Pick<RunRecord, "folder" | "nextStep">): Promise<RolloutRecord[]> {
  const { rows } = await readJsonl(join(run.folder, runFiles.rollouts), rolloutRecordSchema);
  return rows.filter(({ step }) => step < run.nextStep);
}

/** Returns the metrics of each training step of each student; none in runs of version 0.1.0. */
export async function readStudentSteps(
  run: Pick<RunRecord, "folder" | "nextStep">,
): Promise<StudentStepRecord[]> {
  const { rows } = await readJsonl(join(run.folder, runFiles.studentSteps), studentStepSchema);
  return rows.filter(({ step }) => step < run.nextStep);
}
