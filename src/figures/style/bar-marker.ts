import type { SeriesStyle } from "./series-style.js";

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
