import { z } from "zod";
import { optimizationSchema } from "../rl/optimization.js";

const count = (value: number) => z.number().int().positive().default(value);

const samplingSchema = (maxTokens: number) =>
  z
    .strictObject({
      /** Table 3: 1.0 for teacher and students. Q_R is always answered greedily. */
      temperature: z.number().positive().default(1),
      /** Table 3: teacher 512, student 1024. */
      maxTokens: count(maxTokens),
    })
    .prefault({});

/** Everything a SOAR run can be told. Defaults are the paper's (SOAR Table 3, App. B.7); the gym preset overrides them. */
export const soarConfigSchema = z.strictObject({
  /** Every random choice of the run comes from this. */
  seed: z.number().int().min(0).default(0),
  /** What kind of problems: how they are asked and checked. */
  domain: z.enum(["gym", "math"]).default("math"),
  model: z
    .strictObject({
      /** Model folder or hub id of teacher and students. A relative folder is looked for here and in the package. */
      base: z.string().default("meta-llama/Llama-3.2-3B-Instruct"),
      /** LoRA rank of teacher and students; 0 = full fine-tuning. */
      rank: z.number().int().min(0).default(0),
    })
    .prefault({}),
  server: z
    .strictObject({
      /** A training server that speaks the Tinker API; absent = start the local one for this run. */
      url: z.url().optional(),
      device: z.enum(["auto", "cpu", "cuda"]).default("auto"),
      dtype: z.enum(["auto", "float32", "bfloat16"]).default("auto"),
    })
    .prefault({}),
  hard: z.strictObject({
    /** JSONL of problems: the half that pays the teacher (section 4: fail@128, random 50/50 split). */
    train: z.string(),
    /** JSONL of problems: the held-out half, for reporting alone. */
    test: z.string(),
  }),
  /** T: outer-loop steps (Table 3). */
  outerSteps: count(200),
  /** g: datasets per outer step = the teacher's RLOO group (Table 3). */
  datasets: count(4),
  /** n: question-answer pairs per dataset (Table 3). */
  questionsPerDataset: count(64),
  /** r: students trained per dataset (Table 3). */
  studentsPerDataset: count(4),
  /** M: reward questions Q_R drawn from the hard train half per outer step (Table 3). */
  rewardQuestions: count(64),
  promotion: z
    .strictObject({
      /** tau: the moving average of the teacher's reward must exceed this (Table 3). */
      threshold: z.number().default(0.01),
      /** Steps in the moving average; it must be full before it can promote (section 3). */
      window: count(3),
      /** Whether the moving average starts anew after a promotion; later rewards have another baseline. */
      restartWindow: z.boolean().default(true),
    })
    .prefault({}),
  student: z
    .strictObject({
      /** RLOO steps on a dataset (Table 3). */
      steps: count(10),
      /** Further steps for each promotion so far (Table 3). */
      extraStepsPerPromotion: z.number().int().min(0).default(5),
      /** Questions per step (Table 3). */
      batchSize: count(8),
      /** Rollouts per question = the RLOO group (Table 3). */
      groupSize: z.number().int().min(2).default(32),
      /** Learning-rate factor once a baseline has been promoted: an unlocked student wants smaller steps. */
      promotedLearningRateScale: z.number().positive().default(1),
      sampling: samplingSchema(1024),
      optimization: optimizationSchema.prefault({}),
    })
    .prefault({}),
  teacher: z
    .strictObject({
      /** Completions sampled at most per accepted question before the run gives up (rejection sampling, App. B.2). */
      maxSamplesPerQuestion: count(20),
      sampling: samplingSchema(512),
      optimization: optimizationSchema.prefault({ warmupSteps: 20 }),
    })
    .prefault({}),
  prompts: z
    .strictObject({
      /** Prompts as plain text, or as a user's message in the model's chat template. */
      format: z.enum(["plain", "chat"]).default("plain"),
      /** File that replaces the teacher's prompt. */
      teacher: z.string().optional(),
      /** File that replaces the student's prompt; it must contain {question}. */
      student: z.string().optional(),
    })
    .prefault({}),
});

/** A validated configuration, every default written out. */
export type SoarConfig = z.infer<typeof soarConfigSchema>;

/** A configuration as a user writes it. */
export type SoarConfigInput = z.input<typeof soarConfigSchema>;
