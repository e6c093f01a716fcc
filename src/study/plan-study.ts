import { join } from "node:path";
import type { EvaluationConfig } from "../evaluation/evaluation-config.js";
import { evaluationConfigFor } from "../evaluation/evaluation-config-for.js";
import { needsRun } from "../evaluation/requirements.js";
import type { SoarConfig } from "../soar/config.js";
import { parseConfig } from "../soar/parse-config.js";
import { deepMerge } from "../util/deep-merge.js";
import { setPath } from "../util/set-path.js";
import type { StudyConfig } from "./study-config.js";

/** A SOAR run of a study: one teacher and seed. */
export interface PlannedRun {
  /** Its name, e.g. "Grounded, seed 3". */
  name: string;
  teacher: string;
  seed: number;
  folder: string;
  config: SoarConfig;
}

/** An evaluation run of a study: one method, teacher seed and student. */
export interface PlannedEvaluation {
  /** Its name, e.g. "SOAR PQ, seed 3, student 0". */
  name: string;
  method: string;
  /** The SOAR run that it evaluates, if the method has one. */
  run: PlannedRun | undefined;
  seed: number;
  student: number;
  folder: string;
  config: EvaluationConfig;
}

export interface StudyPlan {
  seeds: number[];
  /** Names of the methods, sweeps written out, in order. */
  methods: string[];
  runs: PlannedRun[];
  evaluations: PlannedEvaluation[];
}

/** Students of one teacher have consecutive seeds, far from those of the next teacher. */
const seedsPerTeacher = 1000;

/**
 * All runs of a study, in order: what it will do, or has done, in a folder.
 * @param base the configuration that `study.config` names, as a user writes it
 * @throws Error that names the teacher, method or field that is wrong
 */
export function planStudy(study: StudyConfig, base: object, folder: string): StudyPlan {
  const seeds =
    typeof study.seeds === "number" ? Array.from({ length: study.seeds }, (_, i) => i) : study.seeds;
  const common = deepMerge(base, nested(study.set));
  for (const teacher of Object.keys(study.sweep)) checkTeacher(study, teacher, "sweep");
  const teachers = planTeachers(study, common);
  const methods = planMethods(study, common, teachers);
  checkDistinct([...teachers.keys()]);
  checkDistinct(methods.map(({ name }) => name));
  const mentioned = { compareWith: study.compareWith ? [study.compareWith] : [], curves: study.curves ?? [] };
  for (const [field, names] of Object.entries(mentioned)) {
    const stray = names.find(each => !methods.some(({ name }) => name === each));
    if (stray === undefined) continue;
    const known = methods.map(({ name }) => name).join(", ");
    throw new Error(`${field}: unknown method "${stray}"; known methods: ${known}`);
  }

  const runs = [...teachers].flatMap(([teacher, input]) =>
    seeds.map(seed => ({
      name: `${teacher}, seed ${seed}`,
      teacher,
      seed,
      folder: join(folder, "soar", `${slug(teacher)}-seed-${seed}`),
      config: parseConfig({ ...input, seed }, `teacher "${teacher}"`),
    })),
  );
  const evaluations = methods.flatMap(method =>
    seeds.flatMap(seed =>
      Array.from({ length: study.students }, (_, student): PlannedEvaluation => {
        const run = runs.find(run => run.teacher === method.teacher && run.seed === seed);
        return {
          name: `${method.name}, seed ${seed}, student ${student}`,
          method: method.name,
          run,
          seed,
          student,
          folder: join(folder, "evaluations", slug(method.name), `seed-${seed}-student-${student}`),
          config: named(`method "${method.name}"`, () =>
            evaluationConfigFor({
              protocol: method.protocol,
              base: method.base,
              run: run?.folder,
              common: nested(study.evaluation),
              changes: deepMerge(nested(method.set), { seed: seed * seedsPerTeacher + student }),
            }),
          ),
        };
      }),
    ),
  );
  const astray = evaluations.find(({ run, config }) => !run && needsRun(config));
  if (astray) {
    throw new Error(
      `method "${astray.method}" evaluates a SOAR run; give it a teacher, one of: ${teacherNames(study)}`,
    );
  }
  return { seeds, methods: methods.map(({ name }) => name), runs, evaluations };
}

/** Returns an action's result; an error names what it is about. */
function named<T>(what: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

/** The configurations of the teachers by name, sweeps written out. */
function planTeachers(study: StudyConfig, common: object): Map<string, object> {
  return new Map(
    Object.entries(study.teachers).flatMap(([teacher, changes]) =>
      sweepVariants(study, teacher).map(({ suffix, change }): [string, object] => [
        teacher + suffix,
        deepMerge(common, nested(changes), nested(change)),
      ]),
    ),
  );
}

/** The methods, one more for each variant of a method's teacher, each with the configuration that it starts from. */
function planMethods(study: StudyConfig, common: object, teachers: Map<string, object>) {
  return Object.entries(study.methods).flatMap(([name, method]) => {
    const { teacher } = method;
    if (teacher === undefined) return [{ ...method, name, base: common }];
    checkTeacher(study, teacher, `method "${name}"`);
    return sweepVariants(study, teacher).map(({ suffix }) => ({
      ...method,
      name: name + suffix,
      teacher: teacher + suffix,
      base: teachers.get(teacher + suffix)!,
    }));
  });
}

function checkTeacher(study: StudyConfig, teacher: string, where: string): void {
  if (Object.hasOwn(study.teachers, teacher)) return;
  throw new Error(`${where}: unknown teacher "${teacher}"; known teachers: ${teacherNames(study)}`);
}

function teacherNames({ teachers }: StudyConfig): string {
  return Object.keys(teachers).join(", ") || "none yet";
}

/** The unchanged teacher, and one with each value of its sweep. */
function sweepVariants(
  { sweep }: StudyConfig,
  teacher: string,
): { suffix: string; change: Record<string, unknown> }[] {
  const changed = Object.entries(sweep[teacher] ?? {}).flatMap(([path, values]) =>
    values.map(value => ({
      suffix: `, ${path} = ${typeof value === "object" ? JSON.stringify(value) : value}`,
      change: { [path]: value },
    })),
  );
  return [{ suffix: "", change: {} }, ...changed];
}

/** Changes with paths ("a.b") as nested objects. */
function nested(changes: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(changes)) {
    const at: Record<string, unknown> = {};
    setPath(at, path, value);
    Object.assign(result, deepMerge(result, at));
  }
  return result;
}

/** Two names that differ only in punctuation would share a folder. */
function checkDistinct(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(slug(name));
    if (other !== undefined)
      throw new Error(`"${other}" and "${name}" would share a folder name; rename one of them`);
    seen.set(slug(name), name);
  }
}

/** A folder name for a name, never one that leads to a parent folder: "PQ, n = 8" is pq-n-8. */
function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, "-")
    .replace(/^[-.]+|-$/g, "");
}
