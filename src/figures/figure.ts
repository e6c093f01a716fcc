/** One trace of a Plotly figure, as Plotly's schema has it. */
export type Trace = Record<string, unknown> & { type: string; name?: string };

/** A Plotly figure as plain data: hand it to `show`, `renderSvg`, or to Plotly itself; change what you like before. */
export interface Figure {
  data: Trace[];
  layout: Record<string, unknown>;
}
