import { z } from "zod";
import { identitySchema } from "../lab/identity.js";
import { count, labConfigSchema, studentSchema, teacherSchema } from "../lab/lab-config.js";
import { optimizationSchema } from "../rl/optimization.js";

/** All settings of a SOAR run. Defaults are the paper's (SOAR Table 3, App. B.7); the gym preset overrides them. */
export const soarConfigSchema = labConfigSchema.extend({
  /** T: outer-loop steps (Table 3). */
  outerSteps: count(200),
  /** g: datasets per outer step = the teacher's RLOO group (Table 3); with a single one it learns nothing. */
  datasets: count(4),
  /** n: question-answer pairs per dataset (Table 3). */
  questionsPerDataset: count(64),
  /** r: students trained per dataset (Table 3). */
  studentsPerDataset: count(4),
  /** M: reward questions Q_R drawn from the hard train half per outer step (Table 3); all of it if it is smaller. */
  rewardQuestions: count(64),
  /** Number of students' rollouts kept per outer step, in rollouts.jsonl. They are drawn at random. */
  loggedRollouts: z.number().int().min(0).default(4),
  promotion: z
    .strictObject({
      /** Whether students are ever promoted; if not, every student starts from the base model. */
      enabled: z.boolean().default(true),
      /** tau: the moving average of the teacher's reward must exceed this (Table 3). */
      threshold: z.number().default(0.01),
      /** Steps in the moving average; it must be full before it can promote (section 3). */
      window: count(3),
      /** Whether the moving average restarts after a promotion, which changes the baseline. */
      restartWindow: z.boolean().default(true),
    })
    .prefault({}),
  student: studentSchema
    .extend({
      /** RLOO steps on a dataset (Table 3). */
      steps: count(10),
      /** Additional steps per promotion so far (Table 3). */
      extraStepsPerPromotion: z.number().int().min(0).default(5),
      /** Learning-rate factor once a baseline has been promoted: an unlocked student needs smaller steps. */
      promotedLearningRateScale: z.number().positive().default(1),
    })
    .prefault({}),
  teacher: teacherSchema
    .extend({
      /** The teacher's reward: a built-in one, or the one that was passed to `openLab` as a value. */
      reward: z
        .union([z.enum(["grounded", "intrinsic", "none"]), identitySchema.extend({ unit: z.string() })])
        .default("grounded"),
      /** Samples per question for measuring the intrinsic reward (App. B.4). */
      learnabilitySamples: count(32),
      optimization: optimizationSchema.prefault({ warmupSteps: 20 }),
    })
    .prefault({}),
});

/** A validated configuration with all defaults filled in. */
export type SoarConfig = z.infer<typeof soarConfigSchema>;

/** A configuration as written by a user. */
export type SoarConfigInput = z.input<typeof soarConfigSchema>;
