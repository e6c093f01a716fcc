import { mean, standardDeviation } from "../metrics/statistics.js";
import type { Figure } from "./figure.js";
import { baseLayout } from "./style/base-layout.js";
import { styleOf } from "./style/series-style.js";
import { maxStep, stepTicks } from "./style/step-axis.js";
/** One seed's values: one per step, or rows that state the step if steps are not evenly spaced. */
export type LearningCurve = readonly number[] | readonly { step: number; value: number }[];

export interface LearningCurvesParams {
  /** One curve per seed, by the name of the method; seeds may stop at different steps. NaN leaves a gap. */
  curves: Record<string, readonly LearningCurve[]>;
  /**
   * All names in the figures of one page, so that each looks the same in all. Default: those of the curves.
   */
  allNames?: readonly string[];
  /** What the values are, with their unit. */
  y: string;
  /** What a step is. Default "training step". */
  x?: string;
  /** The step of the first value of bare numbers. Default 0. */
  firstStep?: number;
  /** Steps between two values of bare numbers. Default 1. */
  every?: number;
  /** Smallest and largest possible value, at which bands are cut; e.g. [0, 100] for percentages. */
  limits?: readonly [number, number];
  /** Step at which a method's curve goes flat, as `plateauStep` returns it; marked if given. */
  plateau?: Record<string, number | undefined>;
  title?: string;
  subtitle?: string;
}

/** With more bands than this, they hide one another. */
const mostBands = 7;

/**
 * Learning curves: the mean over seeds of each method, shaded by plus and minus one sample SD if two seeds or
 * more have the step. With many methods, only the means are drawn.
 * @throws RangeError if a method has no values or a plateau names no method
 */
export function learningCurves(params: LearningCurvesParams): Figure {
  const { curves, firstStep = 0, every = 1, limits, plateau = {}, title = "Learning curves" } = params;
  const [lowest, highest] = limits ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const names = Object.keys(curves);
  const { allNames = names } = params;
  if (names.length === 0)
    throw new RangeError("learningCurves: curves is empty, expected at least one method");
  const stray = Object.keys(plateau).find(name => !names.includes(name));
  if (stray)
    throw new RangeError(`learningCurves: plateau "${stray}" is no curve; curves are ${names.join(", ")}`);

  const seedCounts = new Set(names.map(name => curves[name]!.length));
  const legend: string[] = [];
  const shapes: object[] = [];
  const data = names.flatMap(name => {
    const seeds = curves[name]!;
    const rows = overSeeds(seeds, firstStep, every);
    if (rows.length === 0)
      throw new RangeError(`learningCurves: "${name}" has no values, expected one list per seed`);
    const { color, dash } = styleOf(name, allNames);
    const label =
      seedCounts.size > 1 ? `${name} (${seeds.length} seed${seeds.length === 1 ? "" : "s"})` : name;
    legend.push(label);
    const at = plateau[name];
    if (at !== undefined) {
      const line = { color, width: 1.5, dash: "dot" };
      shapes.push({ type: "line", xref: "x", yref: "paper", x0: at, x1: at, y0: 0, y1: 1, line });
    }
    const x = rows.map(row => row.step);
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
      ...(seeds.length > 1 && names.length <= mostBands
        ? [
            { ...edge, y: finite(rows.map(({ centre, sd }) => Math.max(lowest, centre - sd))) },
            {
              ...edge,
              y: finite(rows.map(({ centre, sd }) => Math.min(highest, centre + sd))),
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
        mode: rows.length > 1 ? "lines" : "lines+markers",
        line: { color, width: 2, dash },
        hovertemplate: `${name}, %{x}: %{y:.4~g} \u00b1 %{customdata:.2~g}<extra></extra>`,
      },
    ];
  });
  const most = Math.max(...seedCounts);
  const notes = [
    ...(params.subtitle ? [params.subtitle] : []),
    ...(most > 1
      ? [
          `mean${names.length <= mostBands ? " \u00b1 SD" : ""} over ${seedCounts.size > 1 ? "" : `${most} `}seeds`,
        ]
      : []),
    ...(shapes.length > 0 ? ["dotted: plateau"] : []),
  ];
  const layout = baseLayout({
    title,
    subtitle: notes.join("  |  "),
    x: params.x ?? "training step",
    y: params.y,
    legend,
  });
  return { data, layout: { ...layout, xaxis: { ...layout.xaxis, ...stepTicks(maxStep(data)) }, shapes } };
}

/** Mean and SD at every step that a seed has, in order; NaN if none has a finite value. */
function overSeeds(
  seeds: readonly LearningCurve[],
  firstStep: number,
  every: number,
): { step: number; centre: number; sd: number }[] {
  const valuesAt = new Map<number, number[]>();
  for (const seed of seeds) {
    for (const [i, point] of seed.entries()) {
      const { step, value } =
        typeof point === "number" ? { step: firstStep + i * every, value: point } : point;
      const values = valuesAt.get(step) ?? [];
      if (Number.isFinite(value)) values.push(value);
      valuesAt.set(step, values);
    }
  }
  return [...valuesAt]
    .sort(([a], [b]) => a - b)
    .map(([step, values]) => ({
      step,
      centre: values.length > 0 ? mean(values) : Number.NaN,
      sd: values.length > 1 ? standardDeviation(values) : 0,
    }));
}

/** A "#rrggbb" colour with an opacity in [0, 1]. */
function translucent(color: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}
