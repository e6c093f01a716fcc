import { deriveSeed } from "../util/derive-seed.js";
import { checkUniqueIds } from "./check-unique-ids.js";
import type { Problem } from "./problem.js";

/**
 * A random 50/50 split of a hard set (SOAR, section 4): synthetic data uses `train` only, results are on `test`. Which
 * half a problem falls into depends on the seed and on the set of ids, not on the order of the problems; both halves keep
 * the order given. An odd problem goes to `test`, as in the paper (719 problems of MATH: 359 / 360).
 *
 * @throws Error if two problems share an id, since the halves could not be disjoint.
 */
export function splitHalf(problems: readonly Problem[], seed: number): { train: Problem[]; test: Problem[] } {
  checkUniqueIds(problems);
  const ranked = problems
    .map(({ id }) => ({ id, rank: deriveSeed(seed, "split-half", id) }))
    .sort((a, b) => a.rank - b.rank || (a.id < b.id ? -1 : 1));
  const trainIds = new Set(ranked.slice(0, Math.floor(ranked.length / 2)).map(({ id }) => id));
  return {
    train: problems.filter(({ id }) => trainIds.has(id)),
    test: problems.filter(({ id }) => !trainIds.has(id)),
  };
}
