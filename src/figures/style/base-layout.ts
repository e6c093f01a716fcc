import { textWidth } from "./text-width.js";
import { templates } from "./theme.js";

export interface BaseLayoutParams {
  title: string;
  /** The source of the figure: run, seed, sizes. Cut if it is longer than the figure is wide. */
  subtitle?: string;
  /** Names of the axes, with units. */
  x: string;
  y: string;
  /** Entries of the legend, in order, so that room is left for it; none = no legend. */
  legend?: readonly string[];
  /** Pixels between the titles and the plot for labels. */
  headroom?: number;
  /** Labels of the y axis that may be wider than numbers, so that room is left for them. */
  yLabels?: readonly string[];
}

/** Width for which figures are laid out, in pixels; wider is always right, narrower down to half of it is readable. */
export const designWidth = 820;

const side = 70;
const right = 30;

/** Titles, axes, legend and margins that all figures share. Margins hold their text, so nothing overlaps. */
export function baseLayout(params: BaseLayoutParams) {
  const { title, subtitle, x, y, legend = [], headroom = 0, yLabels = [] } = params;
  const left = Math.min(designWidth / 2, Math.max(side, ...yLabels.map(label => textWidth(label, 12) + 16)));
  const inner = designWidth - left - right;
  const legendLines = legend.length === 0 ? 0 : legendRows(legend, inner);
  return {
    template: templates.light,
    title: {
      text: title,
      x: 0,
      xref: "container",
      xanchor: "left",
      yref: "container",
      y: 1,
      yanchor: "top",
      pad: { l: 16, t: 14 },
      subtitle: { text: subtitle ? cutTo(subtitle, designWidth - 40) : "" },
    },
    margin: { l: left, r: right, t: (subtitle ? 80 : 52) + headroom, b: 58 },
    xaxis: { title: { text: x } },
    yaxis: { title: { text: y } },
    showlegend: legend.length > 0,
    ...(legend.length > 0 && {
      legend: {
        orientation: "h",
        yref: "container",
        y: 0,
        yanchor: "bottom",
        x: 0,
        xanchor: "left",
        traceorder: "normal",
      },
    }),
    autosize: true,
    height: 400 + headroom + legendLines * 22,
  };
}

/** Lines that a horizontal legend takes: swatch and gaps add some 60 pixels to each name. */
function legendRows(names: readonly string[], width: number): number {
  const widest = Math.max(...names.map(name => textWidth(name, 12) + 60));
  const perRow = Math.max(1, Math.floor(width / widest));
  const total = names.reduce((sum, name) => sum + textWidth(name, 12) + 60, 0);
  return total <= width ? 1 : Math.ceil(names.length / perRow);
}

/** Cuts at the last bar that leaves it short enough. */
function cutTo(text: string, width: number): string {
  let short = text;
  while (textWidth(short, 12) > width) {
    const at = short.lastIndexOf("  |  ");
    short = at > 0 ? short.slice(0, at) : short.slice(0, -1);
  }
  return short;
}
