import { bootstrapMeans } from "./bootstrap-means.js";
import { distinctRows } from "./distinct-rows.js";
import { estimatePassAtK } from "./estimate-pass-at-k.js";
import { type PassAtKInput, problemCounts } from "./problem-counts.js";
import { percentileInterval, weightedMean } from "./statistics.js";

export interface BootstrapOptions {
  /** Bootstrap draws over problems; 0 for no interval. Default 10,000. */
  draws?: number;
  /** Coverage of the interval, in (0, 1). Default 0.95. */
  confidence?: number;
  /** Seed of the draws. Default 0. */
  seed?: number | string;
}

export type PassAtKParams = PassAtKInput &
  BootstrapOptions & {
    /** One k, or several; each at least 1 and at most the sample number of every problem. */
    k: number | readonly number[];
  };

/** pass@k of a set of problems, one row per k in the order asked. */
export interface PassAtKRow {
  k: number;
  /** Mean over problems of the unbiased estimate, in [0, 1]; NaN without problems. */
  value: number;
  /** Ends of the percentile bootstrap interval over problems; NaN without draws or problems. */
  low: number;
  high: number;
  problems: number;
}

/**
 * pass@k of a set of problems with bootstrap intervals over problems. Problems that were never solved count
 * as 0. The interval says how far the value would move with other problems of the same kind; if no problem
 * was solved it is [0, 0], which is not evidence that none can be.
 *
 * @throws RangeError naming the problem if k is more than its samples or a count is impossible; TypeError on
 *   rows that are not samples
 */
export function passAtK(params: PassAtKParams): PassAtKRow[] {
  const { draws = 10_000, confidence = 0.95, seed = 0 } = params;
  const ks = typeof params.k === "number" ? [params.k] : params.k;
  const problems = problemCounts(params);

  // Problems with equal counts have equal estimates: each distinct pair is worked out, and resampled, as one.
  const { rows, counts } = distinctRows(
    problems,
    ({ correct, samples }) => `${correct}/${samples}`,
    count => ks.map(k => estimatePassAtK(count, k)),
  );
  const means = draws === 0 ? [] : bootstrapMeans({ rows, counts, draws, seed });
  return ks.map((k, q) => ({
    k,
    value: weightedMean(
      rows.map(row => row[q]!),
      counts,
    ),
    ...percentileInterval(means[q] ?? new Float64Array(), confidence),
    problems: problems.length,
  }));
}
