import type { Figure } from "../figures/figure.js";
import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import type { PassAtKRow } from "../metrics/pass-at-k.js";
import { isFrame } from "../util/frame-rows.js";
import {
  type ComparedSeries,
  type CompareSeriesOptions,
  compareSeries,
  type SampleSource,
} from "./compare-series.js";

export interface PassAtKFrom {
  /** How often each problem was solved. */
  counts: Required<ProblemCount>[];
  /** pass@k with its interval, one row per k. */
  rows: PassAtKRow[];
  figure: Figure;
}

/**
 * pass@k of samples from anywhere, as a table and a figure: a file, counts, graded or ungraded samples, a
 * danfojs DataFrame of them, or several of these by name, which are then compared in pairs with the first.
 *
 * @throws Error as `readSampleCounts`; RangeError if a series has no problems, or k is more than a problem's
 *   samples; TypeError if a verdict in an array is not a boolean (nor 0 or 1), or a source has none of the
 *   forms
 */
export async function passAtKFrom(source: SampleSource, options?: CompareSeriesOptions): Promise<PassAtKFrom>;
export async function passAtKFrom(
  source: Record<string, SampleSource>,
  options?: CompareSeriesOptions,
): Promise<ComparedSeries>;
export async function passAtKFrom(
  source: SampleSource | Record<string, SampleSource>,
  options: CompareSeriesOptions = {},
): Promise<PassAtKFrom | ComparedSeries> {
  if (typeof source === "object" && source !== null && !Array.isArray(source) && !isFrame(source)) {
    return compareSeries(source as Record<string, SampleSource>, options);
  }
  const { counts, rows, figure } = await compareSeries({ samples: source as SampleSource }, options);
  return { counts: counts.samples!, rows: rows.map(({ series, ...row }) => row), figure };
}
