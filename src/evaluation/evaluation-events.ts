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
  /** Measured traits of an engine that is not our own server. */
  engine: engineTraitsSchema.optional(),
});

/** One evaluation and the training steps since the previous one: a run is resumed from the last. */
const evaluationEventSchema = z.object({
  type: z.literal("evaluation"),
  at: timestamp,
  /** Training steps done. */
  step: z.number().int(),
  /** Metrics of each training step since the previous evaluation, named `area/name`. */
  training: z.array(z.record(z.string(), z.number())),
  /** Number of correct answers to each test problem, out of `samples`. */
  correct: z.array(z.number().int()),
  samples: z.number().int(),
  /** Checkpoint of the model with its optimizer; null if no training is left. */
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

/** A line of an evaluation run's questions.jsonl: a question, and the first training step that uses it. */
export const trainingQuestionSchema = questionRecordSchema.omit({ dataset: true, reward: true });

export type EvaluationStart = z.infer<typeof evaluationStartSchema>;
export type EvaluationEvent = z.infer<typeof evaluationEventSchema>;
export type EvaluationLogEvent = z.infer<typeof evaluationLogEventSchema>;
export type TrainingQuestion = z.infer<typeof trainingQuestionSchema>;
