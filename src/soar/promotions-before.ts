import type { RunRecord } from "./run-log.js";

/**
 * Returns the stage of an outer step: the number of promotions before it. A step that promotes belongs to the stage
 * that it ends.
 */
export function promotionsBefore(run: Pick<RunRecord, "promotions">, step: number): number {
  return run.promotions.filter(promotion => promotion.step < step).length;
}
