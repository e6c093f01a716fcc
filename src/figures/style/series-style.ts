import { colorway } from "./theme.js";

/** How a series differs from the others of its figure. */
export interface SeriesStyle {
  color: string;
  /** Of its line. */
  dash: string;
  /** Of its points. */
  symbol: string;
  /** Of its bars, which are filled where it is "". */
  pattern: string;
}

const lines = [
  { dash: "solid", symbol: "circle", pattern: "" },
  { dash: "dash", symbol: "square", pattern: "/" },
  { dash: "dashdot", symbol: "diamond", pattern: "." },
  { dash: "dot", symbol: "triangle-up", pattern: "x" },
];

/**
 * The look of the i-th series, from 0: the colours in turn, and each time round another line. Of four times as many as
 * there are colours, 28, no two are alike.
 */
export function seriesStyle(i: number, colors: readonly string[] = colorway): SeriesStyle {
  const line = lines[Math.floor(i / colors.length) % lines.length]!;
  return { color: colors[i % colors.length]!, ...line };
}
