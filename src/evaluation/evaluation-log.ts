import type { EventLog, LogKind } from "../lab/event-log.js";
import { type EvaluationConfig, evaluationConfigSchema } from "./evaluation-config.js";
import { type EvaluationLogEvent, evaluationLogEventSchema } from "./evaluation-events.js";

/** The log of an evaluation run; its folder also has questions.jsonl. */
export type EvaluationLog = EventLog<EvaluationConfig, EvaluationLogEvent>;

export const evaluationLogKind: LogKind<EvaluationConfig, EvaluationLogEvent> = {
  configFile: "evaluation.json",
  configSchema: evaluationConfigSchema,
  eventSchema: evaluationLogEventSchema,
};

export const trainingQuestionsFile = "questions.jsonl";
