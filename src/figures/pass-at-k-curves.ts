import type { Figure } from "./figure.js";
import { type PassAtKFigureParams, passAtKFigure } from "./pass-at-k-figure.js";

/**
 * pass@k over k, one line per series, with intervals if the rows have them (SOAR, Fig. 3).
 * @throws RangeError naming series and row if a k or a value is impossible
 */
export function passAtKCurves(params: PassAtKFigureParams): Figure {
  const { data, layout } = passAtKFigure("passAtKCurves", params, ({ name, k, value, errors, look }) => ({
    type: "scatter",
    name,
    x: k,
    y: value,
    mode: "lines+markers",
    line: { color: look.color, width: 2, dash: look.dash },
    marker: { color: look.color, size: 7, symbol: look.symbol },
    ...errors,
    hovertemplate: `${name}: pass@%{x} = %{y:.2f}%<extra></extra>`,
  }));
  const ks = [...new Set(data.flatMap(trace => trace.x as number[]))].sort((a, b) => a - b);
  const xaxis = { ...(layout.xaxis as object), type: "log", tickvals: ks, ticktext: ks.map(String) };
  return { data, layout: { ...layout, xaxis } };
}
