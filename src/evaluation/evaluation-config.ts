import { z } from "zod";
import { questionSubsets } from "../grading/judge/question-subset.js";
import { count, labConfigSchema } from "../lab/lab-config.js";

/** The synthetic questions that a student is trained on, beside the hard train half. */
const questionsSchema = z.discriminatedUnion("from", [
  /** None: Hard-Only, or no training at all. */
  z.strictObject({ from: z.literal("none") }),
  /** PQ: those that the run's promotions kept, or a subset of them by a judge's verdict (App. C.5). */
  z.strictObject({
    from: z.literal("promotions"),
    subset: z.enum(questionSubsets).default("all"),
    /** JSONL of verdicts that `soarlab judge` wrote, if the run's log holds none. */
    verdicts: z.string().optional(),
  }),
  /** Sampled from the run's teacher as its last step left it. */
  z.strictObject({ from: z.literal("teacher"), count: count(128) }),
  /** Sampled from the base model in the teacher's role: Base-T. */
  z.strictObject({ from: z.literal("base"), count: count(128) }),
  /** An oracle pool: problems of a JSONL file, or so many random ones of them. */
  z.strictObject({
    from: z.literal("file"),
    /** A JSONL file of problems, or hf://datasets/OWNER/NAME as `soarlab publish` makes it (@REVISION may follow). */
    path: z.string().min(1, "expected a JSONL file of problems"),
    count: z.number().int().positive().optional(),
  }),
  /** SeRL-style: posed and answered by the student itself, anew after every evaluation. */
  z.strictObject({
    from: z.literal("self-play"),
    count: count(128),
    /** Samples per question; the most frequent answer counts as correct. */
    votes: count(32),
    /** Lowest and highest share of that answer for which a question is learnable. */
    learnable: z.tuple([z.number().min(0).max(1), z.number().min(0).max(1)]).default([0.2, 0.8]),
    /** n-gram similarity to an accepted question from which on a question is not new. */
    maxSimilarity: z.number().min(0).max(1).default(0.7),
  }),
]);

/** All settings of an evaluation run. Defaults are the paper's (SOAR, App. B.6 to B.8). */
export const evaluationConfigSchema = labConfigSchema.extend({
  /** Folder of the SOAR run whose promotions, teacher or promoted student are evaluated. */
  run: z.string().optional(),
  /** The model that is evaluated, and from which training starts. */
  start: z.enum(["base", "promoted student", "teacher"]).default("base"),
  questions: questionsSchema.default({ from: "none" }),
  training: z
    .strictObject({
      /** RLOO steps; 0 = the starting model is evaluated as it is. */
      steps: z.number().int().min(0).default(1500),
      /** "curriculum": `warmup` steps on the questions alone, then on hard train alone; "mixed": on both together. */
      mix: z.enum(["curriculum", "mixed", "questions-only"]).default("curriculum"),
      /** Steps on the questions alone, in the curriculum. */
      warmup: z.number().int().min(0).default(64),
    })
    .prefault({}),
  test: z
    .strictObject({
      /** Samples per problem. */
      samples: count(32),
      /** Training steps between two evaluations. */
      every: count(50),
      k: z.array(z.number().int().positive()).min(1).default([1, 4, 8, 16, 32]),
      /**
       * Which evaluations are read: those of the `window` steps after the training reward's plateau, the last one, or the
       * first at or after a step.
       */
      readAt: z.union([z.enum(["plateau", "end"]), z.number().int().min(0)]).default("plateau"),
      window: count(200),
    })
    .check(({ value: { k, samples }, issues }) => {
      const largest = Math.max(...k);
      if (largest <= samples) return;
      const message = `${largest} is more than test.samples, ${samples}; set both`;
      issues.push({ code: "custom", path: ["k"], input: k, message });
    })
    .prefault({}),
});

/** A validated configuration of an evaluation run with all defaults filled in. */
export type EvaluationConfig = z.infer<typeof evaluationConfigSchema>;

/** The same as written by a user. */
export type EvaluationConfigInput = z.input<typeof evaluationConfigSchema>;
