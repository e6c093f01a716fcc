import type { Study } from "./read-study.js";

/** Whether nothing of a study is left to be run. */
export function isStudyDone({ runs, missingRuns, missing }: Study): boolean {
  return missingRuns.length + missing.length === 0 && runs.every(({ record }) => record.ended);
}
