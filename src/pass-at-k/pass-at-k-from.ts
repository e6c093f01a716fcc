import type { DataFrame } from "danfojs-node";
import type { Figure } from "../figures/figure.js";
import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import type { PassAtKRow } from "../metrics/pass-at-k.js";
import { toDataFrame } from "../metrics/to-data-frame.js";
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
  /** pass@k with its interval, a row per k. */
  rows: PassAtKRow[];
  /** The rows as a danfo DataFrame. */
  frame: DataFrame;
  figure: Figure;
}

export interface PassAtKFromSeries extends ComparedSeries {
  /** The rows as a danfo DataFrame. */
  frame: DataFrame;
}

/**
 * pass@k of samples from anywhere, as a table and a figure: a file, counts, graded or ungraded samples, a danfojs
 * DataFrame of them, or several of these by name, which are then compared in pairs with the first.
 *
 * @throws Error as `readSampleCounts`; RangeError where a series has no problems, or k is more than a problem's samples;
 *   TypeError where a verdict in an array is no boolean (nor 0 or 1), or a source is of none of the forms
 */
export async function passAtKFrom(source: SampleSource, options?: CompareSeriesOptions): Promise<PassAtKFrom>;
export async function passAtKFrom(
  source: Record<string, SampleSource>,
  options?: CompareSeriesOptions,
): Promise<PassAtKFromSeries>;
export async function passAtKFrom(
  source: SampleSource | Record<string, SampleSource>,
  options: CompareSeriesOptions = {},
): Promise<PassAtKFrom | PassAtKFromSeries> {
  if (typeof source === "object" && source !== null && !Array.isArray(source) && !isFrame(source)) {
    const several = await compareSeries(source as Record<string, SampleSource>, options);
    return { ...several, frame: await toDataFrame(several.rows) };
  }
  const { counts, rows, figure } = await compareSeries({ samples: source as SampleSource }, options);
  const plain = rows.map(({ series, ...row }) => row);
  return { counts: counts.samples!, rows: plain, frame: await toDataFrame(plain), figure };
}
