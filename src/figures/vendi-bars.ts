import type { Figure } from "./figure.js";
import { baseLayout, designWidth } from "./style/base-layout.js";
import { textWidth } from "./style/text-width.js";
import { palette } from "./style/theme.js";

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
 * @throws RangeError if there is no set or a score is below 1
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
  const means = names.map(name => sets[name]!.mean);
  const spread = names.map(name => sets[name]!.sd ?? 0);
  const error = { type: "data", array: spread, thickness: 1.5, width: 5 };
  const hasSpread = spread.some(sd => sd > 0);
  const shared = {
    type: "bar",
    name: "Vendi Score",
    text: means.map(mean => mean.toFixed(1)),
    textposition: "inside",
    insidetextanchor: "middle",
    textangle: 0,
    marker: { color: palette.blue },
  };
  const room = (designWidth - 100) / names.length;
  if (names.every(name => textWidth(name, 12) < room - 8)) {
    const y = `Vendi Score of ${size} questions<br>(effective number of different ones)`;
    const layout = baseLayout({ title, subtitle, x: "set of questions", y });
    const hovertemplate = "%{x}: %{y:.2f}<extra></extra>";
    return {
      data: [{ ...shared, x: names, y: means, hovertemplate, ...(hasSpread && { error_y: error }) }],
      layout: {
        ...layout,
        xaxis: { ...layout.xaxis, type: "category" },
        yaxis: { ...layout.yaxis, rangemode: "tozero" },
        bargap: 0.4,
      },
    };
  }
  // Names too long to fit side by side are placed one below the other.
  const x = `Vendi Score of ${size} questions (effective number of different ones)`;
  const layout = baseLayout({ title, subtitle, x, y: "", yLabels: names });
  const hovertemplate = "%{y}: %{x:.2f}<extra></extra>";
  return {
    data: [
      {
        ...shared,
        orientation: "h",
        x: means,
        y: names,
        hovertemplate,
        ...(hasSpread && { error_x: error }),
      },
    ],
    layout: {
      ...layout,
      height: layout.height - 250 + 44 * names.length,
      xaxis: { ...layout.xaxis, rangemode: "tozero", showgrid: true },
      yaxis: { ...layout.yaxis, type: "category", autorange: "reversed", showgrid: false },
      bargap: 0.35,
    },
  };
}
