import { deriveSeed } from "../util/derive-seed.js";
import type { Problem } from "./problem.js";

/**
 * Random problems, in the order given. Whether a problem is among them depends on the seed and the set of ids, not on
 * the order; a larger count only adds to a smaller one.
 */
export function chooseProblems(problems: readonly Problem[], count: number, seed: number): Problem[] {
  const ranked = problems
    .map(({ id }) => ({ id, rank: deriveSeed(seed, "choose-problems", id) }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const chosen = new Set(ranked.slice(0, count).map(({ id }) => id));
  return problems.filter(({ id }) => chosen.has(id));
}
