import { availableParallelism } from "node:os";

/**
 * How many threads may help with so many multiplications: one for each other processor, at most 3; none if
 * one thread is done in about the 20 ms that another takes to start.
 */
export function helperThreads(multiplications: number): number {
  return multiplications < 2 ** 28 ? 0 : Math.min(availableParallelism(), 4) - 1;
}
