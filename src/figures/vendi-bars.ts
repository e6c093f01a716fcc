import { baseLayout } from "./base-layout.js";
import type { Figure } from "./figure.js";
import { palette } from "./theme.js";

export interface VendiBarsParams {
  /** Vendi Score (effective number of different questions, at least 1) and its SD over subsamples, by name of the set. */
  sets: Record<string, { mean: number; sd?: number }>;
  /** Questions of each subsample, for the axis. Default 128 (Table 1). */
  size?: number;
  title?: string;
  subtitle?: string;
}

/**
 * Vendi Scores of sets of questions as bars with plus and minus one SD (SOAR, section 5.2, Table 1).
 * @throws RangeError where there is no set or a score is below 1
 */
export function vendiBars({
  sets,
  size = 128,
  title = "Diversity of question sets",
  subtitle,
}: VendiBarsParams): Figure {
  const names = Object.keys(sets);
  if (names.length === 0) throw new RangeError("vendiBars: sets is empty, expected at least one set");
  for (const name of names) {
    const { mean } = sets[name]!;
    if (!(mean >= 1))
      throw new RangeError(`vendiBars: "${name}": mean = ${mean}, expected a Vendi Score, at least 1`);
  }
  const spread = names.map(name => sets[name]!.sd ?? 0);
  const layout = baseLayout({
    title,
    subtitle,
    x: "set of questions",
    y: `Vendi Score of ${size} questions<br>(effective number of different ones)`,
  });
  return {
    data: [
      {
        type: "bar",
        name: "Vendi Score",
        x: names,
        y: names.map(name => sets[name]!.mean),
        text: names.map(name => sets[name]!.mean.toFixed(1)),
        textposition: "inside",
        insidetextanchor: "middle",
        marker: { color: palette.blue },
        ...(spread.some(sd => sd > 0) && {
          error_y: { type: "data", array: spread, thickness: 1.5, width: 5 },
        }),
        hovertemplate: "%{x}: %{y:.2f}<extra></extra>",
      },
    ],
    layout: {
      ...layout,
      xaxis: { ...layout.xaxis, type: "category" },
      yaxis: { ...layout.yaxis, rangemode: "tozero" },
      bargap: 0.4,
    },
  };
}
