import type { RunRecord } from "./run-log.js";

/**
 * Returns a run that promoted a student.
 * @throws Error if there was no promotion: then neither PS nor PQ exists
 */
export function requirePromotions(run: RunRecord | undefined): RunRecord {
  if (!run) throw new Error("run: expected the folder of a SOAR run, whose promotions are evaluated");
  if (run.promotions.length > 0) return run;
  throw new Error(
    `${run.folder} promoted no student in ${run.steps.length} outer steps, so it has no promotion questions`,
  );
}
