import type { Problem } from "./problem.js";

/** @throws Error naming the id and both positions if two problems share an id. */
export function checkUniqueIds(problems: readonly Problem[]): void {
  const seen = new Map<string, number>();
  for (const [index, { id }] of problems.entries()) {
    const first = seen.get(id);
    if (first !== undefined) {
      throw new Error(
        `problems ${first} and ${index} have the same id "${id}": every problem needs its own; remove the duplicate.`,
      );
    }
    seen.set(id, index);
  }
}
