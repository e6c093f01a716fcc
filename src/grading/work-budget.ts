/** The answer has used up its work; becomes the verdict `timeout`. */
export class BudgetError extends Error {
  override readonly name = "BudgetError";
}

/** Units of work per millisecond of a budget: fewer than a core does, so that a budget also holds on slow cores. */
const unitsPerMs = 500;

/** Units left to the answer that is being graded. Grading is synchronous, so one counter per thread is enough. */
let left = Number.POSITIVE_INFINITY;

/**
 * Returns the result of `work`, a synchronous function, run within a budget in milliseconds of one core. The work
 * is counted rather than timed, so that an answer gets the same verdict on a busy machine as on an idle one.
 *
 * @throws BudgetError as soon as the budget is used up.
 */
export function withBudget<T>(budgetMs: number, work: () => T): T {
  const outer = left;
  left = Math.min(budgetMs * unitsPerMs, outer);
  try {
    return work();
  } finally {
    left = outer;
  }
}

/** Counts work that is about to be done; a unit is about a microsecond. */
export function spend(units: number): void {
  left -= units;
  if (left < 0) throw new BudgetError("the answer takes too much work");
}
