import { stat } from "node:fs/promises";
import type { Figure } from "../figures/figure.js";
import { passAtKCurves } from "../figures/pass-at-k-curves.js";
import { comparePassAtK, type PassAtKDifference } from "../metrics/compare-pass-at-k.js";
import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import { type BootstrapOptions, type PassAtKRow, passAtK } from "../metrics/pass-at-k.js";
import { problemCounts, type SampleRow } from "../metrics/problem-counts.js";
import { type Frame, frameRows, isFrame } from "../util/frame-rows.js";
import { countSamples } from "./count-samples.js";
import { readEvaluationCounts } from "./read-evaluation-counts.js";
import { type ReadSampleCountsOptions, readSampleCounts } from "./read-sample-counts.js";

/** Samples of one series, in any form that pass@k can be computed from. */
export type SampleSource =
  /** A file, as `readSampleCounts` takes it, or the folder of an evaluation. */
  | string
  /** One entry per problem: its samples and how many are right. */
  | readonly ProblemCount[]
  /** The number of right samples of each problem, of `samples` each. */
  | readonly number[]
  /** One entry per sample: its problem and verdict. */
  | readonly SampleRow[]
  /** Samples to grade, in the columns of `readSampleCounts`: a problem, a reference, and completions. */
  | readonly Record<string, unknown>[]
  /** Any of these with named fields as a danfojs DataFrame. */
  | Frame;

export interface CompareSeriesOptions extends BootstrapOptions, ReadSampleCountsOptions {
  /** One k, or several. Default: those of 1, 4, 8, 16 and 32 (SOAR, App. B.6) that every problem has samples for. */
  k?: number | readonly number[];
  /** Samples of each problem, if the source is bare numbers of right ones. */
  samples?: number;
  /** Compare the problems that a series and the first one have in common. Default: only series with the same ones. */
  common?: boolean;
  /** Titles of the figure. */
  title?: string;
  subtitle?: string;
}

/** A paired difference in pass@k of a series from the first one. */
export interface SeriesDifference extends PassAtKDifference {
  series: string;
  /** The first series, the one compared with. */
  against: string;
  /** Problems that only this series has, or only the first one: left out of the difference; 0 unless `common`. */
  onlySeries: number;
  onlyAgainst: number;
}

export interface ComparedSeries {
  /** How often each problem was solved, by series. */
  counts: Record<string, Required<ProblemCount>[]>;
  /** pass@k with its interval, one row per series and k. */
  rows: (PassAtKRow & { series: string })[];
  /**
   * For each further series that has the same problems as the first, or with `common` at least one of them.
   */
  differences: SeriesDifference[];
  /** One line per series. */
  figure: Figure;
}

const usualKs = [1, 4, 8, 16, 32];

/**
 * pass@k of several series, each compared in pairs with the first.
 *
 * @throws Error as `passAtKFrom`
 */
export async function compareSeries(
  sources: Record<string, SampleSource>,
  options: CompareSeriesOptions = {},
): Promise<ComparedSeries> {
  const counts: ComparedSeries["counts"] = {};
  for (const [name, source] of Object.entries(sources))
    counts[name] = await readCounts(name, source, options);
  const names = Object.keys(counts);
  if (names.length === 0) throw new RangeError("pass@k: no series, expected at least one");
  const fewest = Object.values(counts)
    .flat()
    .reduce((a, b) => (b.samples < a.samples ? b : a));
  if (fewest.samples === 0) {
    throw new RangeError(`pass@k: problem ${JSON.stringify(fewest.problem)} has no samples`);
  }

  const { draws, confidence = 0.95, seed, k = usualKs.filter(each => each <= fewest.samples) } = options;
  const estimate = { k, draws, confidence, seed };
  const rows = names.flatMap(series =>
    passAtK({ counts: counts[series]!, ...estimate }).map(row => ({ series, ...row })),
  );
  const figure = passAtKCurves({
    series: Object.fromEntries(names.map(name => [name, rows.filter(({ series }) => series === name)])),
    title: options.title,
    subtitle: options.subtitle ?? describe(counts, draws === 0 ? undefined : confidence),
  });
  // A legend of one series is redundant.
  if (names.length === 1) figure.layout.showlegend = false;
  const [against, ...others] = names as [string, ...string[]];
  const differences = others.flatMap(series => {
    const pair = pairUp(counts[against]!, counts[series]!);
    const { onlyBaseline: onlyAgainst, onlyMethod: onlySeries } = pair;
    if (pair.baseline.counts.length === 0 || (!options.common && onlyAgainst + onlySeries > 0)) return [];
    return comparePassAtK({ baseline: pair.baseline, method: pair.method, ...estimate }).map(row => ({
      series,
      against,
      ...row,
      onlySeries,
      onlyAgainst,
    }));
  });
  return { counts, rows, differences, figure };
}

/** The problems that both have, and how many only one has. */
function pairUp(baseline: readonly Required<ProblemCount>[], method: readonly Required<ProblemCount>[]) {
  const common = (counts: typeof baseline, others: typeof baseline) => {
    const names = new Set(others.map(({ problem }) => problem));
    return { counts: counts.filter(({ problem }) => names.has(problem)) };
  };
  const pair = { baseline: common(baseline, method), method: common(method, baseline) };
  return {
    ...pair,
    onlyBaseline: baseline.length - pair.baseline.counts.length,
    onlyMethod: method.length - pair.method.counts.length,
  };
}

async function readCounts(
  name: string,
  source: SampleSource,
  options: CompareSeriesOptions,
): Promise<Required<ProblemCount>[]> {
  if (typeof source === "string") {
    const found = await stat(source).catch(cause => {
      throw new Error(`pass@k: ${name}: cannot read ${source}: ${cause.message}`, { cause });
    });
    return found.isDirectory() ? readEvaluationCounts(source) : readSampleCounts(source, options);
  }
  if (isFrame(source)) return readCounts(name, frameRows(source), options);
  if (!Array.isArray(source)) {
    throw new TypeError(
      `pass@k: ${name} is ${JSON.stringify(source)?.slice(0, 60)}, expected a file's path or an array of counts or samples`,
    );
  }
  const first: unknown = source[0];
  if (first === undefined) throw new RangeError(`pass@k: ${name} is empty, expected at least one problem`);
  if (typeof first === "number") {
    const { samples } = options;
    if (samples === undefined) {
      throw new TypeError(
        `pass@k: ${name} is numbers of right samples; say of how many each: { samples: 32 }`,
      );
    }
    return asText(problemCounts({ correct: source as number[], samples }));
  }
  if (typeof first !== "object" || first === null) {
    throw new TypeError(
      `pass@k: ${name}[0] is ${JSON.stringify(first)}, expected a count or a sample, e.g. { problem: "p1", correct: true }`,
    );
  }
  const named = options.columns !== undefined;
  // A flag beside a number of samples is a verdict, and countSamples says that the number is not read.
  const isFlag = "samples" in first && "correct" in first && typeof first.correct === "boolean";
  if (!named && "samples" in first && !isFlag)
    return asText(problemCounts({ counts: source as ProblemCount[] }));
  if (!named && !isFlag && "problem" in first && "correct" in first && options.threshold === undefined)
    return asText(problemCounts({ rows: source as SampleRow[] }));
  const rows = source.map((value, row) => ({ row, value: value as Record<string, unknown> }));
  return countSamples({ ...options, rows, where: row => `${name}[${row}]` });
}

/** Problems with text names, as in files, so that both can be compared. */
function asText(counts: Required<ProblemCount>[]): Required<ProblemCount>[] {
  return counts.map(count => ({ ...count, problem: String(count.problem) }));
}

function describe(counts: ComparedSeries["counts"], confidence: number | undefined): string {
  const series = Object.values(counts);
  const parts = [
    `${range(series.map(({ length }) => length))} problems`,
    `${range(series.flat().map(({ samples }) => samples))} samples each`,
  ];
  if (confidence !== undefined) {
    parts.push(`${Number((100 * confidence).toFixed(2))}% intervals: bootstrap over problems`);
  }
  return parts.join("  |  ");
}

function range(values: readonly number[]): string {
  const least = values.reduce((a, b) => Math.min(a, b));
  const most = values.reduce((a, b) => Math.max(a, b));
  return least === most ? String(least) : `${least} to ${most}`;
}
