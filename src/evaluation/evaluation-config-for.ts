import { checkConfig } from "../lab/check-config.js";
import { labConfigSchema, studentSchema, teacherSchema } from "../lab/lab-config.js";
import { parseConfig } from "../soar/parse-config.js";
import { deepMerge } from "../util/deep-merge.js";
import { domainSchedules } from "./domain-schedules.js";
import {
  type EvaluationConfig,
  type EvaluationConfigInput,
  evaluationConfigSchema,
} from "./evaluation-config.js";
import { type ProtocolName, protocols } from "./protocols.js";

/** Fields of a configuration, given in part. */
export type EvaluationChanges = { [Field in keyof EvaluationConfigInput]?: unknown };

export interface EvaluationConfigForParams {
  protocol: ProtocolName;
  /** What the evaluation shares with a SOAR run: its configuration, or a preset. Fields of the loop alone are left out. */
  base: object;
  /** The run that is evaluated. */
  run?: string;
  /** Changes to several protocols at once, e.g. to how long all train; like a scale they let none train that does not. */
  common?: EvaluationChanges;
  /** Changes to what the protocol says. */
  changes?: EvaluationChanges;
}

/** The lab's part of a larger configuration; the rest is left out. */
const sharedSchema = labConfigSchema
  .extend({ student: studentSchema.strip().prefault({}), teacher: teacherSchema.strip().prefault({}) })
  .strip();

/**
 * The configuration of a protocol: the shared fields of a SOAR configuration, the protocol's own, the scale of its
 * domain, common changes, and its own, each over those before.
 * @throws Error as `parseConfig`
 */
export function evaluationConfigFor(params: EvaluationConfigForParams): EvaluationConfig {
  const { protocol, base, run, common, changes } = params;
  const shared = sharedSchema.parse(parseConfig(base));
  const scale = typeof shared.domain === "string" ? domainSchedules[shared.domain] : {};
  const own: EvaluationChanges = protocols[protocol];
  // A scale says how long training takes, but whether there is any, and on what, is the protocol's.
  const training = { training: own.training ?? {} };
  const input = deepMerge(shared, own, scale, common, training, run ? { run } : {}, changes);
  return checkConfig(input, `protocol ${protocol}`, evaluationConfigSchema);
}
