import type { Figure } from "./figure.js";
import { baseLayout } from "./style/base-layout.js";
import { seriesStyle } from "./style/series-style.js";
import { maxStep, stepTicks } from "./style/step-axis.js";

export interface DiversityOverStepsParams {
  /** By the name of a run: one value per outer step, or rows that state the step (from 0). */
  runs: Record<string, readonly number[] | readonly { step: number; value: number }[]>;
  /** What the values are. Default "mean pairwise cosine distance" (Fig. 20b). */
  y?: string;
  title?: string;
  subtitle?: string;
}

/**
 * How diverse a teacher's questions are over outer steps, one line per run (SOAR, section 5.2, Fig. 20b).
 * Outer steps count from 1 on the axis.
 * @throws RangeError if there is no run or a value is not finite
 */
export function diversityOverSteps(params: DiversityOverStepsParams): Figure {
  const {
    runs,
    y = "mean pairwise cosine distance",
    title = "Diversity of the teacher's questions",
  } = params;
  const names = Object.keys(runs);
  if (names.length === 0)
    throw new RangeError("diversityOverSteps: runs is empty, expected at least one run");
  const data = names.map((name, i) => {
    const rows = runs[name]!.map((row, step) => (typeof row === "number" ? { step, value: row } : row));
    const wrong = rows.find(({ value }) => !Number.isFinite(value));
    if (wrong) {
      throw new RangeError(
        `diversityOverSteps: "${name}", step ${wrong.step}: ${wrong.value}, expected a number`,
      );
    }
    const { color, dash, symbol } = seriesStyle(i);
    return {
      type: "scatter",
      name,
      x: rows.map(({ step }) => step + 1),
      y: rows.map(({ value }) => value),
      mode: rows.length > 60 ? "lines" : "lines+markers",
      line: { color, width: 2, dash },
      marker: { color, size: 5, symbol },
      hovertemplate: `${name}, step %{x}: %{y:.3f}<extra></extra>`,
    };
  });
  const layout = baseLayout({ title, subtitle: params.subtitle, x: "outer step", y, legend: names });
  return { data, layout: { ...layout, xaxis: { ...layout.xaxis, ...stepTicks(maxStep(data)) } } };
}
