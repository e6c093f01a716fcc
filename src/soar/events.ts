import { z } from "zod";
import { questionVerdictSchema } from "../grading/question-verdict.js";
import { softwareSchema } from "../lab/software-versions.js";
import { engineTraitsSchema } from "../training/engine/engine-traits.js";

const timestamp = z.iso.datetime();

/** Greedy accuracy on the two halves of the hard split, each in [0, 1]. */
const baselineAccuracySchema = z.object({ train: z.number(), test: z.number() });

/** A run began. */
const startEventSchema = z.object({
  type: z.literal("start"),
  at: timestamp,
  version: z.string(),
  baseModel: z.string(),
  baseline: baselineAccuracySchema,
  /** Commit and package versions; absent in runs of version 0.1.0. */
  software: softwareSchema.optional(),
  /** Measured traits of an engine that is not our own server. */
  engine: engineTraitsSchema.optional(),
});

/** A run was resumed after an interruption. */
export const resumeEventSchema = z.object({
  type: z.literal("resume"),
  at: timestamp,
  step: z.number().int(),
  engine: engineTraitsSchema.optional(),
});

/** A student became the baseline. */
const promotionSchema = z.object({
  /** k*, the dataset with the largest mean reward. */
  dataset: z.number().int(),
  /** j of the student with the median reward. */
  student: z.number().int(),
  /** Checkpoint of the new baseline. */
  checkpoint: z.string(),
  /** The new baseline's greedy accuracy on the whole hard split. */
  accuracy: baselineAccuracySchema,
});

/** One outer step, written when it is complete. A run is resumed after the last complete step. */
const stepEventSchema = z.object({
  type: z.literal("step"),
  at: timestamp,
  /** From 0. */
  step: z.number().int(),
  /**
   * The teacher's rewards, one row per dataset; the mean of row k is R_k. Grounded: R_kj, the gain of each student in
   * greedy accuracy on Q_R over the baseline. Intrinsic: the learnability of each question.
   */
  rewards: z.array(z.array(z.number())),
  /** The students' gains, if students were trained and the rewards are not the gains. */
  gains: z.array(z.array(z.number())).optional(),
  /** The baseline's greedy accuracy on this step's Q_R. */
  baselineAccuracy: z.number(),
  /** Moving average of the mean gain (of the mean reward if no gains were measured); null while its window is not full. */
  movingAverage: z.number().nullable(),
  promotion: promotionSchema.nullable(),
  teacher: z.object({
    /** Checkpoint of the teacher after this step, optimizer state included. */
    checkpoint: z.string(),
    /** Completions sampled until g*n were accepted. */
    sampled: z.number().int(),
    rejected: z.record(z.string(), z.number().int()),
  }),
  /** Metrics named `area/name`. */
  metrics: z.record(z.string(), z.number()),
  /** Lengths of the run's other files after this step, in bytes; later bytes do not belong to a finished step. */
  bytes: z.object({
    questions: z.number().int(),
    promotionQuestions: z.number().int(),
    /** Absent in runs of version 0.1.0. */
    rejected: z.number().int().optional(),
    studentSteps: z.number().int().optional(),
    rollouts: z.number().int().optional(),
  }),
});

/** A run was completed. */
export const endEventSchema = z.object({ type: z.literal("end"), at: timestamp });

/** A line of events.jsonl. */
export const eventSchema = z.discriminatedUnion("type", [
  startEventSchema,
  resumeEventSchema,
  stepEventSchema,
  endEventSchema,
]);

/** A line of questions.jsonl and promotion-questions.jsonl: one synthetic pair. */
export const questionRecordSchema = z.object({
  step: z.number().int(),
  /** k, the dataset that the pair belongs to. */
  dataset: z.number().int(),
  question: z.string(),
  answer: z.string(),
  /** R_k of its dataset. */
  reward: z.number(),
  /** Kind of the question, if the domain names kinds. */
  kind: z.string().optional(),
  /** An exact judge's verdict, if the domain has one. */
  verdict: questionVerdictSchema.optional(),
});

export type BaselineAccuracy = z.infer<typeof baselineAccuracySchema>;
export type Promotion = z.infer<typeof promotionSchema>;
export type StartEvent = z.infer<typeof startEventSchema>;
export type StepEvent = z.infer<typeof stepEventSchema>;
export type RunEvent = z.infer<typeof eventSchema>;
export type QuestionRecord = z.infer<typeof questionRecordSchema>;
