import type { Figure } from "./figure.js";
import { type PassAtKFigureParams, passAtKFigure } from "./pass-at-k-figure.js";
import { barMarker } from "./style/series-style.js";

/**
 * pass@k as bars grouped by k, with intervals if the rows have them.
 * @throws RangeError naming series and row if a k or a value is impossible
 */
export function passAtKBars(params: PassAtKFigureParams): Figure {
  const { data, layout } = passAtKFigure("passAtKBars", params, ({ name, k, value, errors, look }) => ({
    type: "bar",
    name,
    x: k.map(value => `k = ${value}`),
    y: value,
    marker: barMarker(look),
    ...errors,
    hovertemplate: `${name}: pass@%{x}: %{y:.2f}%<extra></extra>`,
  }));
  const order = [...new Set(data.flatMap(trace => trace.x as string[]))].sort(
    (a, b) => Number(a.slice(4)) - Number(b.slice(4)),
  );
  const xaxis = {
    ...(layout.xaxis as object),
    type: "category",
    categoryorder: "array",
    categoryarray: order,
  };
  return { data, layout: { ...layout, xaxis, barmode: "group", bargap: 0.25 } };
}
