import type { ProblemCount } from "./estimate-pass-at-k.js";

/** One graded sample. */
export interface SampleRow {
  problem: string | number;
  correct: boolean | 0 | 1;
}

/** The forms in which pass@k takes its data. Exactly one of `counts`, `correct` and `rows` is given. */
export type PassAtKInput =
  /** One entry per problem; their sample numbers may differ. */
  | { counts: readonly ProblemCount[] }
  /** The number of correct samples of each problem, of `samples` each. */
  | { correct: ArrayLike<number>; samples: number }
  /** One entry per sample, in any order. */
  | { rows: Iterable<SampleRow> };

/**
 * Counts by problem, each with its name, in the order in which problems first appear. Problems without a name
 * are named by their position, from 0.
 *
 * @throws TypeError if a row has no problem or a verdict that is not a boolean (nor 0 or 1), or if the input
 *   has none of the forms; RangeError if a problem is given twice among counts
 */
export function problemCounts(input: PassAtKInput): Required<ProblemCount>[] {
  if ("counts" in input) {
    const seen = new Set<string | number>();
    return input.counts.map(({ problem, samples, correct }, i) => {
      const name = problem ?? i;
      if (seen.has(name)) {
        throw new RangeError(`pass@k: counts[${i}]: problem ${JSON.stringify(name)} is given twice`);
      }
      seen.add(name);
      return { problem: name, samples, correct };
    });
  }
  if ("correct" in input) {
    const { samples } = input;
    return Array.from(input.correct, (correct, problem) => ({ problem, samples, correct }));
  }
  if (!("rows" in input)) {
    throw new TypeError("pass@k: expected one of counts, correct (with samples) or rows");
  }
  const byProblem = new Map<string | number, Required<ProblemCount>>();
  let at = 0;
  for (const { problem, correct } of input.rows) {
    if (typeof problem !== "string" && typeof problem !== "number") {
      throw new TypeError(
        `pass@k: rows[${at}].problem = ${JSON.stringify(problem)}, expected a string or number`,
      );
    }
    // Strictly: a truthy "false" from a text file would count as correct.
    if (typeof correct !== "boolean" && correct !== 0 && correct !== 1) {
      throw new TypeError(
        `pass@k: rows[${at}].correct = ${JSON.stringify(correct)}, expected true, false, 1 or 0`,
      );
    }
    let count = byProblem.get(problem);
    if (count === undefined) {
      count = { problem, samples: 0, correct: 0 };
      byProblem.set(problem, count);
    }
    count.samples++;
    count.correct += Number(correct);
    at++;
  }
  return [...byProblem.values()];
}
