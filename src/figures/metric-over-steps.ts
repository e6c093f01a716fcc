import type { RunRecord } from "../soar/run-log.js";
import type { Figure } from "./figure.js";
import { baseLayout } from "./style/base-layout.js";
import { emptyNote } from "./style/empty-note.js";
import { seriesStyle } from "./style/series-style.js";
import { maxStep, stepTicks } from "./style/step-axis.js";

export interface MetricOverStepsParams {
  /** Runs by name. */
  runs: Record<string, Pick<RunRecord, "steps">>;
  /** One of a step's metrics, named `area/name`, e.g. "student/entropy/sampled". */
  metric: string;
  /** What it is, with its unit. Default: its name. */
  y?: string;
  title?: string;
  subtitle?: string;
}

/**
 * One of the metrics that a run's log keeps per outer step, one line per run. Steps without it leave a gap.
 * @throws RangeError, with the available names, if no step of any run has it
 */
export function metricOverSteps({
  runs,
  metric,
  y = metric,
  title = y,
  subtitle,
}: MetricOverStepsParams): Figure {
  const names = Object.keys(runs);
  const steps = names.flatMap(name => runs[name]!.steps);
  if (steps.length > 0 && !steps.some(({ metrics }) => metric in metrics)) {
    const known = [...new Set(steps.flatMap(({ metrics }) => Object.keys(metrics)))].sort();
    throw new RangeError(`metricOverSteps: no step has "${metric}"; the log has ${known.join(", ")}`);
  }
  const data = names.map((name, i) => {
    const { steps } = runs[name]!;
    const { color, dash, symbol } = seriesStyle(i);
    return {
      type: "scatter",
      name,
      x: steps.map(({ step }) => step + 1),
      y: steps.map(({ metrics }) => metrics[metric] ?? null),
      mode: steps.length > 60 ? "lines" : "lines+markers",
      line: { color, width: 2, dash },
      marker: { color, size: 5, symbol },
      hovertemplate: `step %{x}: %{y:.4~g}<extra>${name}</extra>`,
    };
  });
  const layout = baseLayout({ title, subtitle, x: "outer step", y, legend: names.length > 1 ? names : [] });
  return {
    data,
    layout: {
      ...layout,
      xaxis: { ...layout.xaxis, ...stepTicks(maxStep(data)) },
      annotations: steps.length === 0 ? [emptyNote("no outer step is finished yet")] : [],
    },
  };
}
