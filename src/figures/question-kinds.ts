import { nameOf } from "../lab/identity.js";
import type { QuestionRecord } from "../soar/events.js";
import type { RunRecord } from "../soar/run-log.js";
import { checkRun } from "./check-run.js";
import { describeRun } from "./describe-run.js";
import type { Figure } from "./figure.js";
import { nameKinds } from "./name-kinds.js";
import { baseLayout } from "./style/base-layout.js";
import { emptyNote } from "./style/empty-note.js";
import { kindMarkers } from "./style/kind-markers.js";
import { stepTicks } from "./style/step-axis.js";
import { palette } from "./style/theme.js";

export type QuestionKindsInput = Pick<
  RunRecord,
  "folder" | "config" | "steps" | "promotions" | "ended" | "questions"
>;

const mostKinds = 9;
const rightColor = "#D81B7A";

/**
 * What the teacher asks over outer steps: shares of the kinds of questions, stacked, and the share of questions whose
 * own answer is right (by the domain's exact judge). Dotted lines mark promotions. Beyond nine kinds the rarest are
 * drawn as "other".
 */
export function questionKinds(run: QuestionKindsInput): Figure {
  checkRun(run, "questionKinds");
  const byStep = new Map<number, QuestionRecord[]>();
  for (const question of run.questions) {
    const list = byStep.get(question.step);
    if (list) list.push(question);
    else byStep.set(question.step, [question]);
  }
  const steps = [...byStep.keys()].sort((a, b) => a - b);
  const x = steps.map(step => step + 1);
  const { kinds, label } = nameKinds(run.questions, mostKinds);
  const markers = kindMarkers(kinds);
  const judged = run.questions.some(({ verdict }) => verdict);
  const rightName = "answer is right";
  const layout = baseLayout({
    title: "Kinds of the teacher's questions",
    subtitle: describeRun(run),
    x: "outer step",
    y: "share of the step's questions (%)",
    legend: [...kinds, ...(judged ? [rightName] : [])],
  });
  const share = (step: number, test: (question: QuestionRecord) => boolean) => {
    const questions = byStep.get(step)!;
    return (100 * questions.filter(test).length) / questions.length;
  };
  return {
    data: [
      ...kinds.map(kind => ({
        type: "bar",
        name: kind,
        x,
        y: steps.map(step => share(step, question => label(question) === kind)),
        marker: { line: { width: 0 }, ...markers.get(kind) },
        hovertemplate: `step %{x}: %{y:.0f}% ${kind}<extra></extra>`,
      })),
      ...(judged
        ? [
            // Drawn twice: a white edge separates the line from what is behind it.
            ...[false, true].map(top => ({
              type: "scatter",
              name: rightName,
              x,
              y: steps.map(step => share(step, ({ verdict }) => verdict?.isCorrect === true)),
              mode: x.length > 60 ? "lines" : "lines+markers",
              line: { width: top ? 2.5 : 5, color: top ? rightColor : "#ffffff" },
              marker: { size: top ? 5 : 8, color: top ? rightColor : "#ffffff" },
              legendgroup: rightName,
              showlegend: top,
              ...(top
                ? { hovertemplate: "step %{x}: %{y:.0f}% of the answers are right<extra></extra>" }
                : { hoverinfo: "skip" }),
            })),
          ]
        : []),
    ],
    layout: {
      ...layout,
      ...(kinds.length > 0 && { barmode: "stack", bargap: 0 }),
      xaxis: {
        ...layout.xaxis,
        range: [0.5, Math.max(2, x.at(-1) ?? 0) + 0.5],
        ...stepTicks(x.at(-1) ?? 0),
      },
      yaxis: { ...layout.yaxis, range: [0, 100] },
      shapes: run.promotions.map(({ step }) => ({
        type: "line",
        xref: "x",
        yref: "paper",
        x0: step + 1.5,
        x1: step + 1.5,
        y0: 0,
        y1: 1.03,
        line: { width: 1.5, dash: "dot", color: palette.grey },
      })),
      annotations:
        steps.length === 0
          ? [emptyNote("no outer step is finished yet")]
          : kinds.length === 0 && !judged
            ? [emptyNote(`the domain "${nameOf(run.config.domain)}" names no kinds and judges no answers`)]
            : [],
    },
  };
}
