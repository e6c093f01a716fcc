import { join } from "node:path";
import { readEvents, readLogConfig } from "../lab/event-log.js";
import { readJsonl } from "../util/jsonl.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import {
  type EvaluationEvent,
  type EvaluationStart,
  type TrainingQuestion,
  trainingQuestionSchema,
} from "./evaluation-events.js";
import { evaluationLogKind, trainingQuestionsFile } from "./evaluation-log.js";

/** An evaluation run as read from its files. */
export interface EvaluationRecord {
  folder: string;
  config: EvaluationConfig;
  start: EvaluationStart | undefined;
  /** Of the starting model (step 0), and of the model in training every so many steps. */
  evaluations: EvaluationEvent[];
  /** Mean reward of each training step, in points (0 to 120). */
  rewards: number[];
  /** The synthetic questions that it trained on. */
  questions: TrainingQuestion[];
  ended: boolean;
}

/**
 * Reads an evaluation run without changing it, whether live, dead or copied.
 * @throws Error naming file and line if the log is damaged, e.g. has an evaluation twice
 */
export async function readEvaluation(folder: string): Promise<EvaluationRecord> {
  const config = await readLogConfig(evaluationLogKind, folder);
  const { rows: events } = await readEvents(evaluationLogKind, folder, config);
  const { rows: questions } = await readJsonl(join(folder, trainingQuestionsFile), trainingQuestionSchema);
  const evaluations = events.filter(event => event.type === "evaluation");
  return {
    folder,
    config,
    start: events.find(event => event.type === "start"),
    evaluations,
    rewards: evaluations.flatMap(({ training }) => training.map(metrics => metrics["reward/mean"]!)),
    questions,
    ended: events.at(-1)?.type === "end",
  };
}
