import { z } from "zod";
import { optimizationSchema } from "../rl/optimization.js";
import { identitySchema } from "./identity.js";
import { builtInDomains } from "./open-domain.js";

/** A whole number of at least 1. */
export const count = (value: number) => z.number().int().positive().default(value);

const samplingSchema = (maxTokens: number) =>
  z
    .strictObject({
      /** Table 3: 1.0 for teacher and students. Q_R is always answered greedily. */
      temperature: z.number().positive().default(1),
      /** Table 3: teacher 512, student 1024. */
      maxTokens: count(maxTokens),
    })
    .prefault({});

/** How students train and are sampled, in the inner loop as in evaluation runs. */
export const studentSchema = z.strictObject({
  /** Questions per step (Table 3). */
  batchSize: count(8),
  /** Rollouts per question = the RLOO group (Table 3). */
  groupSize: z.number().int().min(2).default(32),
  sampling: samplingSchema(1024),
  optimization: optimizationSchema.prefault({}),
});

/** How questions are sampled from a teacher, in the loop as in evaluation runs. */
export const teacherSchema = z.strictObject({
  /** Question and answer in one completion, or the answer in a separate turn without format filter (App. D.3). */
  generation: z.enum(["single-turn", "multi-turn"]).default("single-turn"),
  /** Most completions sampled per accepted question before the run fails (rejection sampling, App. B.2). */
  maxSamplesPerQuestion: count(20),
  sampling: samplingSchema(512),
});

/** Settings shared by all experiments: models, problems, prompts, sampling. Defaults as in `soarConfigSchema`. */
export const labConfigSchema = z.strictObject({
  /** Every random choice is derived from this. */
  seed: z.number().int().min(0).default(0),
  /** The domain: a built-in one, or the one that was passed to `openLab` as a value. */
  domain: z.union([z.enum(builtInDomains), identitySchema]).default("math"),
  model: z
    .strictObject({
      /**
       * Model of teacher and students: a folder, a GGUF file, a hub id, or one of `packagedModels`. A relative path is
       * searched in the working folder and in the package.
       */
      base: z.string().default("meta-llama/Llama-3.2-3B-Instruct"),
      /**
       * Checkpoint that replaces the base model as the start of teacher and students and as the base of comparisons:
       * a folder written by `soarlab warm-start`, found like `base`, or a `tinker://` path on the server.
       */
      start: z.string().optional(),
      /** LoRA rank of teacher and students; 0 = full fine-tuning. */
      rank: z.number().int().min(0).default(0),
    })
    .prefault({}),
  /** A sampler that was passed to `runEvaluation` as a value, in place of a training server: nothing is trained. */
  sampler: identitySchema.optional(),
  server: z
    .strictObject({
      /** A training server that speaks the Tinker API; absent = start the local one for this run. */
      url: z.url().optional(),
      device: z.enum(["auto", "cpu", "cuda"]).default("auto"),
      dtype: z.enum(["auto", "float32", "bfloat16"]).default("auto"),
      /** Longest wait for the result of one request; then the run stops, and can be resumed. */
      timeoutHours: z.number().positive().default(6),
      /**
       * Accepted differences between the configuration and how the engine at `url` trains: `adamParameters`, the engine
       * uses its own beta1, beta2 and eps; `lossReduction`, the scale of its gradients is unknown.
       */
      tolerate: z.array(z.enum(["adamParameters", "lossReduction"])).default([]),
    })
    .prefault({}),
  hard: z.strictObject({
    /** JSONL of problems: the half for the teacher's reward (section 4: fail@128, random 50/50 split). */
    train: z.string(),
    /** JSONL of problems: the held-out half, only for reporting. */
    test: z.string(),
  }),
  student: studentSchema.prefault({}),
  teacher: teacherSchema.prefault({}),
  prompts: z
    .strictObject({
      /** Prompts as plain text, or as a user's message in the model's chat template. */
      format: z.enum(["plain", "chat"]).default("plain"),
      /** File with the system message that precedes each prompt; only in format "chat". */
      system: z.string().optional(),
      /** Name of the chat template, for models that have several. */
      template: z.string().optional(),
      /** Variables of the chat template, e.g. `enable_thinking: false`. */
      templateVariables: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
      /** Removes a model's thinking, the text between these tags, before grading and follow-up prompts. */
      cutThinking: z
        .strictObject({
          open: z.string().min(1).default("<think>"),
          close: z.string().min(1).default("</think>"),
        })
        .optional(),
      /** File that replaces the teacher's prompt. */
      teacher: z.string().optional(),
      /** Files that replace the prompts of a multi-turn teacher: for the question, and then for its answer. */
      teacherQuestion: z.string().optional(),
      teacherAnswer: z.string().optional(),
      /** File that replaces the student's prompt; it must contain {question}. */
      student: z.string().optional(),
    })
    .prefault({}),
});

export type LabConfig = z.infer<typeof labConfigSchema>;
