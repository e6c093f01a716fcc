import { bootstrapMeans } from "./bootstrap-means.js";
import { distinctRows } from "./distinct-rows.js";
import { estimatePassAtK } from "./estimate-pass-at-k.js";
import type { BootstrapOptions } from "./pass-at-k.js";
import { type PassAtKInput, problemCounts } from "./problem-counts.js";
import { percentileInterval, weightedMean } from "./statistics.js";

export interface ComparePassAtKParams extends BootstrapOptions {
  /** The method to compare with, e.g. the baseline. */
  baseline: PassAtKInput;
  /** The method compared, on the same problems; its number of samples may differ. */
  method: PassAtKInput;
  k: number | readonly number[];
}

/** Two methods' pass@k on the same problems. */
export interface PassAtKDifference {
  k: number;
  baseline: number;
  method: number;
  /** method - baseline, the mean over problems. */
  difference: number;
  /** Ends of the percentile bootstrap interval of the difference; NaN without draws or problems. */
  low: number;
  high: number;
  problems: number;
}

/**
 * The paired difference in pass@k of two methods on the same problems, one row per k. Problems are resampled in
 * pairs, so what makes a problem hard for both does not widen the interval. Problems are matched by name, or by
 * position if they have none.
 *
 * @throws RangeError naming the problem that only one of the two has; otherwise as `passAtK`
 */
export function comparePassAtK({
  baseline,
  method,
  k,
  draws = 10_000,
  confidence = 0.95,
  seed = 0,
}: ComparePassAtKParams): PassAtKDifference[] {
  const ks = typeof k === "number" ? [k] : k;
  const first = problemCounts(baseline);
  const second = new Map(problemCounts(method).map(count => [count.problem, count]));
  const pairs = first.map(a => {
    const b = second.get(a.problem);
    if (b === undefined) throw unpaired(a.problem, "baseline", "method");
    return { a, b };
  });
  if (second.size > first.length) {
    const known = new Set(first.map(count => count.problem));
    const extra = [...second.keys()].find(problem => !known.has(problem));
    throw unpaired(extra, "method", "baseline");
  }

  const { rows, counts } = distinctRows(
    pairs,
    ({ a, b }) => `${a.correct}/${a.samples},${b.correct}/${b.samples}`,
    ({ a, b }) => ks.flatMap(each => [estimatePassAtK(a, each), estimatePassAtK(b, each)]),
  );
  const columnMean = (q: number) =>
    weightedMean(
      rows.map(row => row[q]!),
      counts,
    );
  const differences = rows.map(row => ks.map((_, q) => row[2 * q + 1]! - row[2 * q]!));
  const means = draws === 0 ? [] : bootstrapMeans({ rows: differences, counts, draws, seed });
  return ks.map((each, q) => ({
    k: each,
    baseline: columnMean(2 * q),
    method: columnMean(2 * q + 1),
    difference: columnMean(2 * q + 1) - columnMean(2 * q),
    ...percentileInterval(means[q] ?? new Float64Array(), confidence),
    problems: pairs.length,
  }));
}

function unpaired(problem: unknown, has: string, lacks: string): RangeError {
  return new RangeError(
    `comparePassAtK: problem ${JSON.stringify(problem)} is in ${has} but not in ${lacks}; both need the same problems`,
  );
}
