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

/** Samples of one series, in any form that pass@k can be had from. */
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
  /** Samples of each problem, where the source is bare numbers of right ones. */
  samples?: number;
  /** Titles of the figure. */
  title?: string;
  subtitle?: string;
}

/** A paired difference in pass@k of a series from the first one. */
export interface SeriesDifference extends PassAtKDifference {
  series: string;
  /** The first series, the one compared with. */
  against: string;
}

export interface ComparedSeries {
  /** How often each problem was solved, by series. */
  counts: Record<string, Required<ProblemCount>[]>;
  /** pass@k with its interval, a row per series and k. */
  rows: (PassAtKRow & { series: string })[];
  /** Of each further series that has the same problems as the first; empty where none has. */
  differences: SeriesDifference[];
  /** A line per series. */
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
  // A legend of one series says nothing.
  if (names.length === 1) figure.layout.showlegend = false;
  const [against, ...others] = names as [string, ...string[]];
  const baseline = { counts: counts[against]! };
  const differences = others
    .filter(series => haveSameProblems(baseline.counts, counts[series]!))
    .flatMap(series =>
      comparePassAtK({ baseline, method: { counts: counts[series]! }, ...estimate }).map(row => ({
        series,
        against,
        ...row,
      })),
    );
  return { counts, rows, differences, figure };
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
  if (!named && "samples" in first) return asText(problemCounts({ counts: source as ProblemCount[] }));
  if (!named && "correct" in first) return asText(problemCounts({ rows: source as SampleRow[] }));
  const rows = source.map((value, row) => ({ row, value: value as Record<string, unknown> }));
  return countSamples({ ...options, rows, where: row => `${name}[${row}]` });
}

/** Problems called by text, as those of files are, so that both can be compared. */
function asText(counts: Required<ProblemCount>[]): Required<ProblemCount>[] {
  return counts.map(count => ({ ...count, problem: String(count.problem) }));
}

function haveSameProblems(a: readonly ProblemCount[], b: readonly ProblemCount[]): boolean {
  const names = new Set(a.map(({ problem }) => problem));
  return a.length === b.length && b.every(({ problem }) => names.has(problem));
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
