import { z } from "zod";
import { softwareSchema } from "../lab/software-versions.js";
import { endEventSchema, questionRecordSchema, resumeEventSchema } from "../soar/events.js";
import { engineTraitsSchema } from "../training/engine/engine-traits.js";

const timestamp = z.iso.datetime();

/** An evaluation run began. */
const evaluationStartSchema = z.object({
  type: z.literal("start"),
  at: timestamp,
  version: z.string(),
  baseModel: z.string(),
  /** Ids of the test problems, in the order of `correct` in evaluations. */
  problems: z.array(z.string()),
  /** Commit and package versions; absent in runs of version 0.1.0. */
  software: softwareSchema.optional(),
  /** What was found out about an engine that is not our own server. */
  engine: engineTraitsSchema.optional(),
});

/** The model was evaluated, and the training steps since the evaluation before: the unit of resuming. */
const evaluationEventSchema = z.object({
  type: z.literal("evaluation"),
  at: timestamp,
  /** Training steps done. */
  step: z.number().int(),
  /** Figures of each training step since the evaluation before, named `area/name`. */
  training: z.array(z.record(z.string(), z.number())),
  /** Right answers to each test problem, of `samples`. */
  correct: z.array(z.number().int()),
  samples: z.number().int(),
  /** Where the model was saved with its optimizer; null where nothing is left to be trained. */
  checkpoint: z.string().nullable(),
  /** Length of questions.jsonl, in bytes. */
  questionBytes: z.number().int(),
  seconds: z.number(),
});

export const evaluationLogEventSchema = z.discriminatedUnion("type", [
  evaluationStartSchema,
  resumeEventSchema,
  evaluationEventSchema,
  endEventSchema,
]);

/** A line of an evaluation run's questions.jsonl: a question it trains on, and from which training step on. */
export const trainingQuestionSchema = questionRecordSchema.omit({ dataset: true, reward: true });

export type EvaluationStart = z.infer<typeof evaluationStartSchema>;
export type EvaluationEvent = z.infer<typeof evaluationEventSchema>;
export type EvaluationLogEvent = z.infer<typeof evaluationLogEventSchema>;
export type TrainingQuestion = z.infer<typeof trainingQuestionSchema>;
