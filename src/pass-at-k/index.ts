/* soarlab/pass-at-k: pass@k of anybody's samples, as counts, table and figure. */

export type { AnswerColumns } from "./answer-columns.js";
export type {
  ComparedSeries,
  CompareSeriesOptions,
  SampleSource,
  SeriesDifference,
} from "./compare-series.js";
export type { CountSamplesOptions } from "./count-samples.js";
export { type PassAtKFrom, passAtKFrom } from "./pass-at-k-from.js";
export { type ReadSampleCountsOptions, readSampleCounts } from "./read-sample-counts.js";
export type { SampleColumns } from "./sample-columns.js";
