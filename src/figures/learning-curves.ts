import { mean } from "../metrics/mean.js";
import { standardDeviation } from "../metrics/standard-deviation.js";
import { baseLayout } from "./base-layout.js";
import type { Figure } from "./figure.js";
import { colorway } from "./theme.js";
import { translucent } from "./translucent.js";

export interface LearningCurvesParams {
  /** One list of values per seed, by the name of the method; seeds may stop at different steps. NaN leaves a gap. */
  curves: Record<string, readonly (readonly number[])[]>;
  /** What the values are, with their unit. */
  y: string;
  /** What a step is. Default "training step". */
  x?: string;
  /** The step, from 0, of the first value. Default 0. */
  firstStep?: number;
  /** Steps between two values. Default 1. */
  every?: number;
  /** Step at which a method's curve goes flat, as `plateauStep` gives it; marked where given. */
  plateau?: Record<string, number | undefined>;
  title?: string;
  subtitle?: string;
}

/**
 * Learning curves: the mean over seeds of each method, shaded by plus and minus one sample SD where two seeds or more
 * have the step.
 * @throws RangeError where a method has no values or a plateau names no method
 */
export function learningCurves(params: LearningCurvesParams): Figure {
  const { curves, firstStep = 0, every = 1, plateau = {}, title = "Learning curves" } = params;
  const names = Object.keys(curves);
  if (names.length === 0)
    throw new RangeError("learningCurves: curves is empty, expected at least one method");
  const stray = Object.keys(plateau).find(name => !names.includes(name));
  if (stray)
    throw new RangeError(`learningCurves: plateau "${stray}" is no curve; curves are ${names.join(", ")}`);

  const legend: string[] = [];
  const shapes: object[] = [];
  const data = names.flatMap((name, i) => {
    const seeds = curves[name]!;
    const length = Math.max(0, ...seeds.map(seed => seed.length));
    if (length === 0)
      throw new RangeError(`learningCurves: "${name}" has no values, expected one list per seed`);
    const color = colorway[i % colorway.length]!;
    const label = `${name} (${seeds.length} seed${seeds.length === 1 ? "" : "s"}${seeds.length > 1 ? ", mean \u00b1 SD" : ""})`;
    legend.push(label);
    const rows = Array.from({ length }, (_, step) => {
      const values = seeds.map(seed => seed[step]).filter((value): value is number => Number.isFinite(value));
      const centre = values.length > 0 ? mean(values) : Number.NaN;
      return { x: firstStep + step * every, centre, sd: values.length > 1 ? standardDeviation(values) : 0 };
    });
    const at = plateau[name];
    if (at !== undefined) {
      const line = { color, width: 1.5, dash: "dot" };
      shapes.push({ type: "line", xref: "x", yref: "paper", x0: at, x1: at, y0: 0, y1: 1, line });
    }
    const x = rows.map(row => row.x);
    const edge = {
      type: "scatter",
      x,
      mode: "lines",
      line: { width: 0, color },
      hoverinfo: "skip",
      showlegend: false,
    };
    const finite = (values: number[]) => values.map(value => (Number.isFinite(value) ? value : null));
    return [
      ...(seeds.length > 1
        ? [
            { ...edge, y: finite(rows.map(({ centre, sd }) => centre - sd)) },
            {
              ...edge,
              y: finite(rows.map(({ centre, sd }) => centre + sd)),
              fill: "tonexty",
              fillcolor: translucent(color, 0.16),
            },
          ]
        : []),
      {
        type: "scatter",
        name: label,
        x,
        y: finite(rows.map(({ centre }) => centre)),
        customdata: rows.map(({ sd }) => sd),
        mode: length > 1 ? "lines" : "lines+markers",
        line: { color, width: 2 },
        hovertemplate: `${name}, %{x}: %{y:.4~g} \u00b1 %{customdata:.2~g}<extra></extra>`,
      },
    ];
  });
  const marked = shapes.length > 0 ? "  |  dotted: plateau" : "";
  const layout = baseLayout({
    title,
    subtitle: `${params.subtitle ?? ""}${marked}`.replace(/^ {2}\| {2}/, ""),
    x: params.x ?? "training step",
    y: params.y,
    legend,
  });
  return { data, layout: { ...layout, shapes } };
}
