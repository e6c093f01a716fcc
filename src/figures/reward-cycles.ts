import { rewardUnit } from "../soar/rewards/reward-unit.js";
import type { RunRecord } from "../soar/run-log.js";
import { meanReward } from "../soar/run-state.js";
import { checkRun } from "./check-run.js";
import { describeRun } from "./describe-run.js";
import type { Figure } from "./figure.js";
import { baseLayout, designWidth } from "./style/base-layout.js";
import { emptyNote } from "./style/empty-note.js";
import { percent } from "./style/labels.js";
import { layoutLabels } from "./style/layout-labels.js";
import { stepTicks } from "./style/step-axis.js";
import { palette } from "./style/theme.js";

/** What `rewardCycles` reads of a run. */
export type RewardCyclesInput = Pick<
  RunRecord,
  "folder" | "config" | "start" | "steps" | "promotions" | "ended"
>;

/**
 * Teacher reward cycles (SOAR, App. E, Fig. 10): the mean reward of every outer step with the range over its datasets,
 * the moving average that promotes, the threshold tau, and the promotions, after each of which rewards drop because
 * the baseline has become better. Outer steps count from 1.
 */
export function rewardCycles(run: RewardCyclesInput): Figure {
  checkRun(run, "rewardCycles");
  const { steps, config, promotions } = run;
  const { enabled, threshold, window, restartWindow } = config.promotion;
  const x = steps.map(step => step.step + 1);
  const means = steps.map(meanReward);
  const byDataset = steps.map(step => step.rewards.map(row => row.reduce((a, b) => a + b, 0) / row.length));
  const names = {
    range: "range over datasets",
    reward: "mean reward",
    average: `moving average ${steps.some(step => step.gains) ? "of students' gain " : ""}(${window} step${window === 1 ? "" : "s"}${enabled && restartWindow ? ", restarts at promotions" : ""})`,
    threshold: `threshold tau = ${threshold}`,
  };
  const last = Math.max(
    2,
    steps.length,
    run.ended ? 0 : Math.min(config.outerSteps, Math.ceil(steps.length * 1.15)),
  );
  const range: [number, number] = [0.5, last + 0.5];
  const labels = layoutLabels(
    promotions.map((promotion, i) => ({ x: promotion.step + 1, text: promotionLabel(run, i) })),
    { range, width: designWidth - 100, size: 11 },
  );
  const rows = Math.max(0, ...labels.map(label => label.row + 1));
  const layout = baseLayout({
    title: "Teacher reward cycles",
    subtitle: describeRun(run),
    x: "outer step",
    y: `teacher reward R<br>(${rewardUnit(config)})`,
    legend: [names.range, names.reward, names.average, ...(enabled ? [names.threshold] : [])],
    headroom: rows * 16 + 6,
  });

  const marked = new Set(promotions.map(promotion => promotion.step + 1));
  return {
    data: [
      {
        type: "scatter",
        name: "lowest dataset",
        x,
        y: byDataset.map(values => Math.min(...values)),
        mode: "lines",
        line: { width: 0, color: palette.blue },
        hoverinfo: "skip",
        showlegend: false,
      },
      {
        type: "scatter",
        name: names.range,
        x,
        y: byDataset.map(values => Math.max(...values)),
        mode: "lines",
        line: { width: 0, color: palette.blue },
        fill: "tonexty",
        fillcolor: "rgba(0, 114, 178, 0.16)",
        hoverinfo: "skip",
      },
      {
        type: "scatter",
        name: names.reward,
        x,
        y: means,
        customdata: byDataset.map(values => values.map(value => value.toFixed(3)).join(", ")),
        mode: "lines+markers",
        line: { width: 1.2, color: palette.blue },
        marker: {
          color: palette.blue,
          size: x.map(step => (marked.has(step) ? 10 : steps.length > 80 ? 3.5 : 5)),
          symbol: x.map(step => (marked.has(step) ? "diamond" : "circle")),
        },
        hovertemplate: "step %{x}: mean reward %{y:.3f}<br>datasets: %{customdata}<extra></extra>",
      },
      {
        type: "scatter",
        name: names.average,
        x,
        y: steps.map(step => step.movingAverage),
        mode: "lines+markers",
        connectgaps: false,
        line: { width: 3, color: palette.vermilion },
        marker: { size: 5, color: palette.vermilion },
        hovertemplate: "step %{x}: moving average %{y:.3f}<extra></extra>",
      },
      ...(enabled
        ? [
            {
              type: "scatter",
              name: names.threshold,
              x: range,
              y: [threshold, threshold],
              mode: "lines",
              line: { width: 1.5, color: palette.green, dash: "dash" },
              hoverinfo: "skip",
            },
          ]
        : []),
    ],
    layout: {
      ...layout,
      xaxis: { ...layout.xaxis, range, ...stepTicks(last) },
      yaxis: { ...layout.yaxis, tickformat: "+.3~f", zeroline: true },
      shapes: promotions.map(promotion => ({
        type: "line",
        xref: "x",
        yref: "paper",
        x0: promotion.step + 1,
        x1: promotion.step + 1,
        y0: 0,
        y1: 1,
        line: { width: 1.5, dash: "dot", color: palette.grey },
      })),
      annotations: [
        ...labels.map(label => ({
          xref: "x",
          yref: "paper",
          x: label.x,
          y: 1,
          xanchor: label.anchor,
          yanchor: "bottom",
          // A thin line leads from the marker's end up to a label that is above others.
          showarrow: true,
          arrowhead: 0,
          arrowwidth: label.row > 0 ? 1 : 0.1,
          arrowcolor: palette.grey,
          ax: 0,
          ay: -2 - label.row * 16,
          text: label.text,
          font: { size: 11 },
        })),
        ...(steps.length === 0 ? [emptyNote("no outer step is finished yet")] : []),
      ],
    },
  };
}

function promotionLabel(run: RewardCyclesInput, index: number): string {
  const before = index === 0 ? run.start?.baseline.train : run.promotions[index - 1]!.accuracy.train;
  const after = percent(run.promotions[index]!.accuracy.train);
  const from = before === undefined ? "" : `${percent(before).replace("%", "")} \u2192 `;
  // The first says what the numbers are.
  return index === 0 ? `promoted: ${from}${after} greedy` : `${from}${after}`;
}
