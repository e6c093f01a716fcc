import type { EventLog, LogKind } from "../lab/event-log.js";
import { type EvaluationConfig, evaluationConfigSchema } from "./evaluation-config.js";
import { type EvaluationLogEvent, evaluationLogEventSchema } from "./evaluation-events.js";

/** The log of an evaluation run; its folder also has questions.jsonl. */
export type EvaluationLog = EventLog<EvaluationConfig, EvaluationLogEvent>;

export const evaluationLogKind: LogKind<EvaluationConfig, EvaluationLogEvent> = {
  configFile: "evaluation.json",
  configSchema: evaluationConfigSchema,
  eventSchema: evaluationLogEventSchema,
  stepOf: event => (event.type === "evaluation" ? event.step : undefined),
  stepAfter: (previous, { training: { steps }, test: { every } }) =>
    previous === undefined ? 0 : Math.min(steps, previous - (previous % every) + every),
};

export const trainingQuestionsFile = "questions.jsonl";
