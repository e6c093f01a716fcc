import type { RunRecord } from "./run-log.js";

/**
 * Stage of an outer step: how many promotions its baseline had behind it. The step that promotes still belongs to the
 * stage that it ends.
 */
export function promotionsBefore(run: Pick<RunRecord, "promotions">, step: number): number {
  return run.promotions.filter(promotion => promotion.step < step).length;
}
