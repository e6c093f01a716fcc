import type { Figure } from "./figure.js";
import { baseLayout } from "./style/base-layout.js";
import { type SeriesStyle, styleOf } from "./style/series-style.js";

/** pass@k at one k, as returned by `passAtK` or read from a table. */
export interface PassAtKPoint {
  k: number;
  /** In [0, 1]. */
  value: number;
  /** Ends of an interval, in [0, 1]; drawn if both are finite. */
  low?: number;
  high?: number;
}

export interface PassAtKFigureParams {
  /** Rows by the name of what was evaluated, e.g. { "Hard-Only": passAtK(...), "SOAR PQ": passAtK(...) }. */
  series: Record<string, readonly PassAtKPoint[]>;
  /**
   * All names in the figures of one page, so that each looks the same in all. Default: those of the series.
   */
  allNames?: readonly string[];
  title?: string;
  /** What the values describe: data set, problems, type of interval. */
  subtitle?: string;
}

/** What `passAtKCurves` and `passAtKBars` share: checked rows in percent, with the lengths of their error bars. */
export function passAtKFigure(
  caller: string,
  { series, allNames = Object.keys(series), title = "pass@k", subtitle }: PassAtKFigureParams,
  trace: (points: {
    k: number[];
    value: number[];
    errors: object;
    look: SeriesStyle;
    name: string;
  }) => Figure["data"][0],
): Figure {
  const names = Object.keys(series);
  if (names.length === 0)
    throw new RangeError(`${caller}: series is empty, expected at least one named list of rows`);
  const data = names.map(name => {
    const rows = [...series[name]!].sort((a, b) => a.k - b.k);
    if (rows.length === 0) throw new RangeError(`${caller}: series "${name}" has no rows`);
    for (const { k, value } of rows) {
      if (!(Number.isInteger(k) && k > 0))
        throw new RangeError(`${caller}: "${name}": k = ${k}, expected 1, 2, ...`);
      if (!(value >= 0 && value <= 1)) {
        throw new RangeError(
          `${caller}: "${name}": pass@${k} = ${value}, expected a share in [0, 1]; divide percentages by 100`,
        );
      }
    }
    const reach = (end: "low" | "high") =>
      rows.map(row => (Number.isFinite(row[end]) ? 100 * Math.abs(row[end]! - row.value) : 0));
    const hasIntervals = rows.some(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
    const errors = hasIntervals
      ? {
          error_y: {
            type: "data",
            symmetric: false,
            array: reach("high"),
            arrayminus: reach("low"),
            thickness: 1.5,
            width: 4,
          },
        }
      : {};
    return trace({
      name,
      k: rows.map(({ k }) => k),
      value: rows.map(({ value }) => 100 * value),
      errors,
      look: styleOf(name, allNames),
    });
  });
  const layout = baseLayout({
    title,
    subtitle,
    x: "k (samples per problem)",
    y: "pass@k (% of problems)",
    legend: names,
  });
  return { data, layout: { ...layout, yaxis: { ...layout.yaxis, rangemode: "tozero" } } };
}
