import { evaluationResult } from "../evaluation/evaluation-result.js";
import { aggregateSeeds } from "../metrics/aggregate-seeds.js";
import { mean } from "../metrics/statistics.js";
import { summarize } from "../metrics/summarize.js";
import type { Study } from "./read-study.js";

/** pass@k of a method over its nested seeds. */
export interface StudyPassAtK {
  method: string;
  k: number;
  /** In [0, 1]. */
  mean: number;
  /** Sample SD over all runs, and of the teachers' means; NaN for one. */
  sd: number;
  sdBetweenTeachers: number;
  /** Teacher seeds, and evaluation runs in all. */
  teachers: number;
  runs: number;
  /** Difference from the method compared with, mean over teacher seeds with its 95% interval (Student's t, in pairs of seeds). */
  difference: number;
  low: number;
  high: number;
}

/**
 * The pass@k table of a study (SOAR, section 5): mean and SD over teacher and student seeds, one row per
 * method and k, from its finished evaluations. Methods without one have no row.
 */
export function studyPassAtK(study: Study): StudyPassAtK[] {
  const values = study.evaluations.flatMap(({ method, seed, student, record }) =>
    evaluationResult(record).passAtK.map(({ k, value }) => ({ method, seed, student, k, value })),
  );
  const of = (method: string, k: number) => values.filter(row => row.method === method && row.k === k);
  const ks = [...new Set(values.map(({ k }) => k))].sort((a, b) => a - b);
  return study.methods.flatMap(method =>
    ks.flatMap(k => {
      const rows = of(method, k);
      if (rows.length === 0) return [];
      const runs = rows.map(({ seed, student, value }) => ({ teacher: seed, student, value }));
      const { mean, sd, sdBetweenTeachers, teachers } = aggregateSeeds({ runs });
      return {
        method,
        k,
        mean,
        sd,
        sdBetweenTeachers,
        teachers,
        runs: rows.length,
        ...difference(rows, of(study.config.compareWith ?? "", k)),
      };
    }),
  );
}

/** Of the means of the teacher seeds that both have; NaN if there are none. */
function difference(
  rows: readonly { seed: number; value: number }[],
  others: readonly { seed: number; value: number }[],
): Pick<StudyPassAtK, "difference" | "low" | "high"> {
  const ofSeed = (list: typeof rows, seed: number) =>
    mean(list.filter(row => row.seed === seed).map(({ value }) => value));
  const seeds = [...new Set(rows.map(({ seed }) => seed))];
  const values = seeds.map(seed => ofSeed(rows, seed) - ofSeed(others, seed)).filter(Number.isFinite);
  const { mean: centre, low, high } = summarize({ values });
  return { difference: centre, low, high };
}
