import { mkdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { appendJsonl, readJsonl } from "../util/jsonl.js";
import type { SoarConfig } from "./config.js";
import {
  eventSchema,
  type QuestionRecord,
  questionRecordSchema,
  type RunEvent,
  type StepEvent,
} from "./events.js";
import { lockRun } from "./lock-run.js";
import { parseConfig } from "./parse-config.js";
import { type RunState, replay } from "./run-state.js";

/** Names of a run's files. */
export const runFiles = {
  config: "config.json",
  events: "events.jsonl",
  questions: "questions.jsonl",
  promotionQuestions: "promotion-questions.jsonl",
  checkpoints: "checkpoints",
} as const;

/**
 * The log of one run: a folder that says everything about it. Events are appended and flushed to disk before the loop
 * goes on; a step's questions are written before its event, so a step counts as a whole or not at all.
 */
export class RunLog {
  private constructor(
    readonly folder: string,
    readonly config: SoarConfig,
    private readonly events: RunEvent[],
    private readonly unlock: () => Promise<void>,
  ) {}

  /**
   * Starts a new run in a folder.
   * @throws Error when the folder already holds a run
   */
  static async create(folder: string, config: SoarConfig): Promise<RunLog> {
    await mkdir(folder, { recursive: true });
    const unlock = await lockRun(folder);
    try {
      await writeFile(join(folder, runFiles.config), `${JSON.stringify(config, null, 2)}\n`, { flag: "wx" });
    } catch (error) {
      await unlock();
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      throw new Error(
        `${folder} already holds a run; resume it (soarlab resume ${folder}) or choose another folder`,
      );
    }
    return new RunLog(folder, config, [], unlock);
  }

  /** Opens a run to go on with it: what a killed process left of an unfinished step is cut off. */
  static async resume(folder: string, onNotice: (notice: string) => void = () => {}): Promise<RunLog> {
    const config = await readConfig(folder);
    const unlock = await lockRun(folder);
    const path = join(folder, runFiles.events);
    const { rows, bytes, torn } = await readJsonl(path, eventSchema);
    if (torn) {
      onNotice(`${path}: dropped a last line that was cut short`);
      await truncate(path, bytes);
    }
    const last = rows.findLast(event => event.type === "step");
    await cutTo(join(folder, runFiles.questions), last?.bytes.questions ?? 0);
    await cutTo(join(folder, runFiles.promotionQuestions), last?.bytes.promotionQuestions ?? 0);
    return new RunLog(folder, config, rows, unlock);
  }

  /** Where the run stands. */
  get state(): RunState {
    return replay(this.events, this.config.promotion);
  }

  /** Appends an event other than a step. */
  async append(event: Exclude<RunEvent, StepEvent>): Promise<void> {
    await appendJsonl(join(this.folder, runFiles.events), [event]);
    this.events.push(event);
  }

  /** Appends a finished step: its questions, those that a promotion keeps, and last the event that makes them count. */
  async commit(event: Omit<StepEvent, "bytes">, questions: QuestionRecord[]): Promise<StepEvent> {
    const promoted = event.promotion
      ? questions.filter(({ dataset }) => dataset === event.promotion!.dataset)
      : [];
    const bytes = {
      questions: await appendJsonl(join(this.folder, runFiles.questions), questions),
      promotionQuestions: await appendJsonl(join(this.folder, runFiles.promotionQuestions), promoted),
    };
    const complete: StepEvent = { ...event, bytes };
    await appendJsonl(join(this.folder, runFiles.events), [complete]);
    this.events.push(complete);
    return complete;
  }

  /** Lets other processes have the run. */
  async close(): Promise<void> {
    await this.unlock();
  }
}

/** A run as its files tell it. */
export interface RunRecord extends RunState {
  folder: string;
  config: SoarConfig;
  questions: QuestionRecord[];
  /** D_best: the questions that a promotion kept. */
  promotionQuestions: QuestionRecord[];
}

/** Reads a run without touching it, live, dead or copied; what an unfinished step left behind is not shown. */
export async function readRun(folder: string): Promise<RunRecord> {
  const config = await readConfig(folder);
  const { rows } = await readJsonl(join(folder, runFiles.events), eventSchema);
  const state = replay(rows, config.promotion);
  const counts = (record: QuestionRecord) => record.step < state.nextStep;
  const questions = await readJsonl(join(folder, runFiles.questions), questionRecordSchema);
  const promoted = await readJsonl(join(folder, runFiles.promotionQuestions), questionRecordSchema);
  return {
    ...state,
    folder,
    config,
    questions: questions.rows.filter(counts),
    promotionQuestions: promoted.rows.filter(counts),
  };
}

async function readConfig(folder: string): Promise<SoarConfig> {
  const path = join(folder, runFiles.config);
  const text = await readFile(path, "utf8").catch(() => {
    throw new Error(`${folder} is no run: it has no ${runFiles.config}`);
  });
  return parseConfig(JSON.parse(text), path);
}

async function cutTo(path: string, bytes: number): Promise<void> {
  await truncate(path, bytes).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
  });
}
