import { baselineStages } from "../soar/baseline-stages.js";
import type { RunRecord } from "../soar/run-log.js";
import { checkRun } from "./check-run.js";
import { describeRun } from "./describe-run.js";
import type { Figure } from "./figure.js";
import { baseLayout } from "./style/base-layout.js";
import { emptyNote } from "./style/empty-note.js";
import { percent } from "./style/labels.js";
import { palette } from "./style/theme.js";

export type BaselineAccuracyInput = Pick<
  RunRecord,
  "folder" | "config" | "start" | "steps" | "promotions" | "ended"
>;

/** The baseline's greedy accuracy on both halves of the hard split, before the run and after each promotion. */
export function baselineAccuracy(run: BaselineAccuracyInput): Figure {
  checkRun(run, "baselineAccuracy");
  const stages = baselineStages(run);
  const names = { train: "train half (pays the teacher)", test: "held-out half" };
  const layout = baseLayout({
    title: "Baseline accuracy by stage",
    subtitle: describeRun(run),
    x: "stage (the outer step that promoted)",
    y: "greedy accuracy on the hard split (%)",
    legend: Object.values(names),
  });
  const x = stages.map(({ stage, step }) =>
    step === undefined ? "start" : `stage ${stage}<br>(step ${step + 1})`,
  );
  // Many bars leave no room for a number on each.
  const labelled = stages.length <= 9;
  const bars = (["train", "test"] as const).map((half, i) => {
    const values = stages.map(({ accuracy }) => accuracy[half]);
    return {
      type: "bar",
      name: names[half],
      x,
      y: values.map(value => value * 100),
      marker: { color: i === 0 ? palette.blue : palette.orange },
      ...(labelled && { text: values.map(percent), textposition: "outside", cliponaxis: false }),
      hovertemplate: `%{x}: %{y:.1f}% (${names[half]})<extra></extra>`,
    };
  });
  const highest = Math.max(0, ...stages.flatMap(({ accuracy }) => [accuracy.train, accuracy.test]));
  return {
    data: bars,
    layout: {
      ...layout,
      barmode: "group",
      bargap: 0.35,
      xaxis: { ...layout.xaxis, type: "category" },
      yaxis: { ...layout.yaxis, range: [0, Math.min(108, Math.max(10, highest * 115))] },
      annotations: stages.length === 0 ? [emptyNote("the run has not measured its baseline yet")] : [],
    },
  };
}
