import { colorway } from "./theme.js";

/** How a series differs from the others of its figure. */
export interface SeriesStyle {
  color: string;
  /** Of its line. */
  dash: string;
  /** Of its points. */
  symbol: string;
  /** Of its bars, which are filled if it is "". */
  pattern: string;
}

const lines = [
  { dash: "solid", symbol: "circle", pattern: "" },
  { dash: "dash", symbol: "square", pattern: "/" },
  { dash: "dashdot", symbol: "diamond", pattern: "." },
  { dash: "dot", symbol: "triangle-up", pattern: "x" },
];

/**
 * The style of the i-th series, from 0: the colours in turn, and another line style per round. Of four times
 * as many as there are colours, 28, no two are alike.
 */
export function seriesStyle(i: number, colors: readonly string[] = colorway): SeriesStyle {
  const line = lines[Math.floor(i / colors.length) % lines.length]!;
  return { color: colors[i % colors.length]!, ...line };
}

/**
 * The style of a series by its position among all names.
 * @throws RangeError if it is not one of them
 */
export function styleOf(name: string, allNames: readonly string[]): SeriesStyle {
  const place = allNames.indexOf(name);
  if (place < 0) throw new RangeError(`allNames: lacks "${name}"; it has ${allNames.join(", ")}`);
  return seriesStyle(place);
}

/** Plotly's marker of a bar. */
export interface BarMarker {
  color: string;
  pattern?: object;
  line?: object;
}

/** The bars of a series: filled, or hatched in its colour. */
export function barMarker({ color, pattern }: SeriesStyle): BarMarker {
  if (!pattern) return { color };
  return { color, pattern: { shape: pattern, size: 5, solidity: 0.4 }, line: { color, width: 1 } };
}
