import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { Outside } from "../lab/open-experiment.js";
import type { TeacherReward } from "../soar/rewards/teacher-reward.js";

/** What a module of the user's may export. */
export interface UsedModule extends Outside {
  teacherReward?: TeacherReward;
}

export const useOption = [
  "--use <module>",
  "JavaScript module (.ts if Node.js can run it) whose exports domain, teacherReward or sampler are used",
] as const;

const fn = z.custom<unknown>(value => typeof value === "function", "expected a function");
const identity = { name: z.string().min(1), version: z.string().min(1) };
const exportsSchema = z.object({
  domain: z
    .looseObject({
      ...identity,
      prompts: z.looseObject({ teacher: z.string(), student: z.string() }),
      ...{ readQuestions: fn, readAnswer: fn, score: fn },
    })
    .optional(),
  teacherReward: z
    .looseObject({
      ...identity,
      ...{ unit: z.string(), needsStudents: z.boolean(), updatesTeacher: z.boolean(), rewards: fn },
    })
    .optional(),
  // A class instance: its methods are not own properties.
  sampler: z
    .custom(value => z.looseObject({ ...identity, sample: fn, logprobs: fn }).safeParse(value).success, {
      message: "expected a name, a version, and the functions sample and logprobs",
    })
    .optional(),
});

/**
 * Loads the module of `--use`.
 * @throws Error that names the module, and the export or field that is missing or wrong
 */
export async function useModule(path: string | undefined): Promise<UsedModule> {
  if (path === undefined) return {};
  if (!existsSync(path)) throw new Error(`--use ${path}: no such file`);
  const loaded: Record<string, unknown> = await import(pathToFileURL(resolve(path)).href).catch(cause => {
    const hint =
      cause.code === "ERR_UNKNOWN_FILE_EXTENSION"
        ? "; this Node.js runs no TypeScript: use Node.js 22.18 or later, or compile the module"
        : "";
    throw new Error(`--use ${path}: cannot be loaded: ${cause.message}${hint}`, { cause });
  });
  const known = Object.keys(exportsSchema.shape);
  if (!known.some(name => loaded[name] !== undefined)) {
    const found = Object.keys(loaded).join(", ") || "nothing";
    throw new Error(`--use ${path}: exports ${found}; expected at least one of ${known.join(", ")}`);
  }
  const problem = exportsSchema.safeParse(loaded).error?.issues[0];
  if (problem) throw new Error(`--use ${path}: ${problem.path.join(".")}: ${problem.message}`);
  const { domain, teacherReward, sampler } = loaded as UsedModule;
  return { domain, teacherReward, sampler };
}
