import type { Figure } from "./figure.js";
import { baseLayout } from "./style/base-layout.js";
import { palette } from "./style/theme.js";

export interface SolveRateHistogramParams {
  /** Share of samples that solve each problem, in [0, 1]. */
  rates: readonly number[];
  /** Bins above 0. Default 10. */
  bins?: number;
  title?: string;
  subtitle?: string;
}

/**
 * Histogram of how often problems are solved. Problems that no sample solves have a separate bar: they are
 * the hard ones, and SOAR's start.
 * @throws RangeError naming the problem if a rate is outside [0, 1]
 */
export function solveRateHistogram({
  rates,
  bins = 10,
  title = "Solve rates",
  subtitle,
}: SolveRateHistogramParams): Figure {
  if (!(Number.isInteger(bins) && bins > 0 && bins <= 100)) {
    throw new RangeError(`solveRateHistogram: bins = ${bins}, expected a whole number in [1, 100]`);
  }
  const counts = new Array<number>(bins + 1).fill(0);
  for (const [i, rate] of rates.entries()) {
    if (!(rate >= 0 && rate <= 1))
      throw new RangeError(`solveRateHistogram: rates[${i}] = ${rate}, expected [0, 1]`);
    // Bin b holds (b-1)/bins < rate <= b/bins; a hair is taken off so that 0.3 falls where it belongs.
    counts[rate === 0 ? 0 : Math.min(bins, Math.max(1, Math.ceil(rate * bins - 1e-9)))]!++;
  }
  const label = (b: number) =>
    `${Math.round(((b - 1) * 1000) / bins) / 10}\u2013${Math.round((b * 1000) / bins) / 10}`;
  const layout = baseLayout({
    title,
    subtitle: subtitle ?? `${rates.length} problems, ${counts[0]} never solved`,
    x: "samples that solve the problem (%)",
    y: "problems",
  });
  return {
    data: [
      {
        type: "bar",
        name: "problems",
        x: counts.map((_, b) => (b === 0 ? "never" : label(b))),
        y: counts,
        text: counts.map(count => (count > 0 ? String(count) : "")),
        textposition: "outside",
        cliponaxis: false,
        marker: { color: counts.map((_, b) => (b === 0 ? palette.vermilion : palette.blue)) },
        hovertemplate: "%{x}%: %{y} problems<extra></extra>",
      },
    ],
    layout: {
      ...layout,
      bargap: 0.08,
      xaxis: { ...layout.xaxis, type: "category" },
      yaxis: { ...layout.yaxis, rangemode: "tozero" },
    },
  };
}
