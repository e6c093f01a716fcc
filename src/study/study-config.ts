import { z } from "zod";
import { type ProtocolName, protocols } from "../evaluation/protocols.js";
import { count } from "../lab/lab-config.js";

/** Changes to a configuration: nested fields, or paths as in { "student.steps": 8 }. */
const changesSchema = z.record(z.string(), z.unknown()).default({});

const seedList = z
  .array(z.number().int().min(0))
  .min(1)
  .refine(seeds => new Set(seeds).size === seeds.length, "expected each seed once");

const protocolNames = Object.keys(protocols) as [ProtocolName, ...ProtocolName[]];

/** A study: which teachers are trained, and which protocols are run on them, over which seeds. */
export const studySchema = z.strictObject({
  /** Title of its tables. */
  title: z.string().optional(),
  /** A preset or a JSON or YAML file that every SOAR run starts from. */
  config: z.string().default("gym"),
  /** Changes to it. */
  set: changesSchema,
  /** Seeds of the teachers: their number, counted from 0, or a list. */
  seeds: z.union([count(5), seedList]).default(5),
  /** Students per teacher: evaluation runs of each method for each teacher seed. */
  students: count(1),
  /** SOAR runs by name, one per seed, each with its changes. */
  teachers: z.record(z.string(), changesSchema).default({}),
  /** By teacher, values of fields of its configuration: it is also run with each of them, one at a time. */
  sweep: z.record(z.string(), z.record(z.string(), z.array(z.unknown()).min(1))).default({}),
  /** Changes to every evaluation. */
  evaluation: changesSchema,
  /** Rows of the tables, in order. */
  methods: z
    .record(
      z.string(),
      z.strictObject({
        protocol: z.enum(protocolNames),
        /** The teacher whose runs are evaluated. */
        teacher: z.string().optional(),
        set: changesSchema,
      }),
    )
    .refine(methods => Object.keys(methods).length > 0, "expected at least one method"),
  /** The method that the others are compared with. */
  compareWith: z.string().optional(),
  /** Methods whose learning curves are drawn, if all of them are too many. Default: all that train. */
  curves: z.array(z.string()).min(1).optional(),
  diversity: z
    .strictObject({
      /** Questions in a subsample, one table column each (section 5.2: 128). */
      sizes: z.array(count(128)).min(1).default([128]),
      draws: count(100),
      /** Where texts are embedded, as `embedTexts` takes it; if absent, similarity is that of n-grams. */
      embeddings: z
        .strictObject({ baseUrl: z.url().optional(), model: z.string(), cacheFolder: z.string().optional() })
        .optional(),
    })
    .prefault({}),
});

export type StudyConfig = z.infer<typeof studySchema>;
export type StudyConfigInput = z.input<typeof studySchema>;
