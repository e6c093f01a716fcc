import { join } from "node:path";
import type { EvaluationConfig } from "../evaluation/evaluation-config.js";
import { evaluationConfigFor } from "../evaluation/evaluation-config-for.js";
import { needsRun } from "../evaluation/needs-run.js";
import type { SoarConfig } from "../soar/config.js";
import { parseConfig } from "../soar/parse-config.js";
import { merge } from "../util/merge.js";
import { setPath } from "../util/set-path.js";
import type { StudyConfig } from "./study-config.js";

/** A SOAR run of a study: one teacher and seed. */
export interface PlannedRun {
  /** What to call it, e.g. "Grounded, seed 3". */
  name: string;
  teacher: string;
  seed: number;
  folder: string;
  config: SoarConfig;
}

/** An evaluation run of a study: one method, teacher seed and student. */
export interface PlannedEvaluation {
  /** What to call it, e.g. "SOAR PQ, seed 3, student 0". */
  name: string;
  method: string;
  /** The SOAR run it is about, where the method has one. */
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

/** Students of one teacher have seeds next to each other, those of the next are well apart. */
const seedsPerTeacher = 1000;

/**
 * All runs of a study, in order: what it will do, or has done, in a folder.
 * @param base the configuration that `study.config` names, as a user writes it
 * @throws Error that names the teacher, method or field that is wrong
 */
export function planStudy(study: StudyConfig, base: object, folder: string): StudyPlan {
  const seeds =
    typeof study.seeds === "number" ? Array.from({ length: study.seeds }, (_, i) => i) : study.seeds;
  const common = merge(base, nested(study.set));
  const knownTeacher = (name: string, where: string) => {
    if (name in study.teachers) return;
    const known = Object.keys(study.teachers).join(", ") || "none";
    throw new Error(`${where}: there is no teacher "${name}"; there are: ${known}`);
  };
  for (const teacher of Object.keys(study.sweep)) knownTeacher(teacher, "sweep");
  const teachers = new Map(
    Object.entries(study.teachers).flatMap(([teacher, changes]) =>
      sweepVariants(study, teacher).map(({ suffix, change }) => {
        const name = teacher + suffix;
        return [name, merge(common, nested(changes), nested(change))] as const;
      }),
    ),
  );
  const runs = [...teachers].flatMap(([teacher, input]) =>
    seeds.map(seed => ({
      name: `${teacher}, seed ${seed}`,
      teacher,
      seed,
      folder: join(folder, "soar", `${slug(teacher)}-seed-${seed}`),
      config: parseConfig({ ...input, seed }, `teacher "${teacher}"`),
    })),
  );

  const methods = Object.entries(study.methods).flatMap(([name, method]) => {
    const { teacher } = method;
    if (teacher === undefined) return [{ ...method, name, base: common }];
    knownTeacher(teacher, `method "${name}"`);
    return sweepVariants(study, teacher).map(({ suffix }) => ({
      ...method,
      name: name + suffix,
      teacher: teacher + suffix,
      base: teachers.get(teacher + suffix)!,
    }));
  });
  const evaluations = methods.flatMap(method =>
    seeds.flatMap(seed =>
      Array.from({ length: study.students }, (_, student): PlannedEvaluation => {
        const { name: methodName, protocol, teacher, base } = method;
        const run = runs.find(run => run.teacher === teacher && run.seed === seed);
        const changes = merge(nested(study.evaluation), nested(method.set), {
          seed: seed * seedsPerTeacher + student,
        });
        const config = evaluationConfigFor({ protocol, base, run: run?.folder, changes });
        if (!run && needsRun(config)) {
          throw new Error(
            `method "${methodName}": protocol ${protocol} needs a teacher, one of: ${Object.keys(study.teachers).join(", ") || "none yet"}`,
          );
        }
        return {
          name: `${methodName}, seed ${seed}, student ${student}`,
          method: methodName,
          run,
          seed,
          student,
          folder: join(folder, "evaluations", slug(methodName), `seed-${seed}-student-${student}`),
          config,
        };
      }),
    ),
  );
  const names = methods.map(({ name }) => name);
  checkDistinct([...teachers.keys()]);
  checkDistinct(names);
  if (study.compareWith !== undefined && !names.includes(study.compareWith)) {
    throw new Error(`compareWith: there is no method "${study.compareWith}"; there are: ${names.join(", ")}`);
  }
  return { seeds, methods: names, runs, evaluations };
}

/** The unchanged teacher, and one with each value of its sweep. */
function sweepVariants(
  { sweep }: StudyConfig,
  teacher: string,
): { suffix: string; change: Record<string, unknown> }[] {
  const changed = Object.entries(sweep[teacher] ?? {}).flatMap(([path, values]) =>
    values.map(value => ({ suffix: `, ${path} = ${value}`, change: { [path]: value } })),
  );
  return [{ suffix: "", change: {} }, ...changed];
}

/** Changes with paths ("a.b") as nested objects. */
function nested(changes: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(changes)) {
    const at: Record<string, unknown> = {};
    setPath(at, path, value);
    Object.assign(result, merge(result, at));
  }
  return result;
}

/** Two names that differ in signs alone would share a folder. */
function checkDistinct(names: readonly string[]): void {
  const seen = new Map<string, string>();
  for (const name of names) {
    const other = seen.get(slug(name));
    if (other !== undefined) throw new Error(`"${other}" and "${name}" are too alike; name one differently`);
    seen.set(slug(name), name);
  }
}

/** A name as a folder's: "PQ, n = 8" is pq-n-8. */
function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^\p{L}\p{N}.]+/gu, "-")
    .replace(/^-|-$/g, "");
}
