import { z } from "zod";
import type { EventLog, LogKind } from "../lab/event-log.js";
import { type EvaluationConfig, evaluationConfigSchema } from "./evaluation-config.js";
import {
  type EvaluationEvent,
  type EvaluationLogEvent,
  evaluationLogEventSchema,
} from "./evaluation-events.js";

/** The log of an evaluation run; its folder also has questions.jsonl. */
export type EvaluationLog = EventLog<EvaluationConfig, EvaluationLogEvent>;

export const evaluationLogKind: LogKind<EvaluationConfig, EvaluationLogEvent> = {
  configFile: "evaluation.json",
  configSchema: evaluationConfigSchema,
  eventSchema: evaluationLogEventSchema,
  upgrade: renameOldValues,
  stepOf: event => (event.type === "evaluation" ? event.step : undefined),
  stepAfter: (previous, { training: { steps }, test: { every } }) =>
    previous === undefined ? 0 : Math.min(steps, previous - (previous % every) + every),
};

export const trainingQuestionsFile = "questions.jsonl";

/** Names of version 0.1.0. */
const oldConfig = z.object({
  questions: z.object({ from: z.string() }).optional(),
  training: z.object({ mix: z.string() }).optional(),
});
const newNames: Record<string, string> = {
  nothing: "none",
  itself: "self-play",
  "questions alone": "questions-only",
};

function renameOldValues(config: unknown): void {
  if (!oldConfig.safeParse(config).success) return;
  const { questions, training } = config as z.infer<typeof oldConfig>;
  if (questions) questions.from = newNames[questions.from] ?? questions.from;
  if (training) training.mix = newNames[training.mix] ?? training.mix;
}

/** Returns the evaluations that a log holds so far. */
export function evaluationsOf(log: EvaluationLog): EvaluationEvent[] {
  return log.events.filter(event => event.type === "evaluation");
}
