import { relative } from "node:path";
import { evaluationResult } from "../evaluation/evaluation-result.js";
import type { Study } from "./read-study.js";

/** One row per finished evaluation of a study: what it is, its results, and its folder within the study's. */
export function studyRunRows({ evaluations, folder }: Study): Record<string, string | number>[] {
  return evaluations.map(({ method, run, seed, student, record, folder: own }) => {
    const { passAtK, steps, plateau } = evaluationResult(record);
    return {
      method,
      teacher: run?.teacher ?? "",
      seed,
      student,
      ...Object.fromEntries(passAtK.map(({ k, value }) => [`pass@${k}`, value])),
      "read at steps": steps.join(" "),
      plateau: plateau ?? "",
      questions: record.questions.length,
      folder: relative(folder, own),
    };
  });
}
