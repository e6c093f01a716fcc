import type { StepEvent } from "../../soar/events.js";
import type { OnProgress, Progress } from "../../soar/progress.js";
import { readRun } from "../../soar/run-log.js";
import { escapeHtml } from "../page/html.js";
import { rewardCycles } from "../reward-cycles.js";
import { renderSvg } from "../svg/render-svg.js";
import { progressCell } from "./progress-cell.js";

export interface LiveCellParams {
  /**
   * Folder of the run: its reward cycles are redrawn after every outer step. If absent, only progress is
   * shown.
   */
  folder?: string;
  /** Milliseconds between two updates at least. Default 500. */
  interval?: number;
}

/** A display of a running run. Pass it as `onProgress`, and wait for `finish` when the run is done. */
export interface LiveCell {
  (progress: Progress): void;
  /** Shows a finished outer step; for loops over `outerLoop`, which call it themselves. Optional otherwise. */
  step(event: Pick<StepEvent, "step">): void;
  /** Draws the last state; until then a drawing may still be under way. */
  finish(): Promise<void>;
}

/**
 * A display under the running cell that follows a run: phase, tokens and time left; accepted and rejected questions of the
 * outer step and its students' rewards; the reward cycles so far; a stop button. Outside a notebook it writes a line to
 * standard error for every outer step.
 */
export function liveCell({ folder, interval }: LiveCellParams = {}): LiveCell & OnProgress {
  let latest: Progress | undefined;
  let drawnSteps = -1;
  let picture = "";
  const cell = progressCell({
    interval,
    below: async isLast => {
      const steps = finishedSteps(latest!);
      if (folder && (steps !== drawnSteps || isLast)) {
        drawnSteps = steps;
        // A run that has not started has no log to draw yet.
        const run = await readRun(folder).catch(() => undefined);
        if (run && run.steps.length > 0) picture = await renderSvg(rewardCycles(run));
      }
      const source = `data:image/svg+xml;base64,${Buffer.from(picture).toString("base64")}`;
      const image = picture && `<img alt="Teacher reward cycles" style="max-width:100%" src="${source}">`;
      return questionsHtml(latest!) + studentsHtml(latest!) + image;
    },
  });
  const onProgress = (progress: Progress) => {
    latest = progress;
    cell({ text: progressLine(progress), share: share(progress), key: finishedSteps(progress) });
  };
  return Object.assign(onProgress, {
    step: ({ step }: Pick<StepEvent, "step">) => {
      if (latest) onProgress({ ...latest, step: Math.max(latest.step, step + 1) });
    },
    finish: cell.finish,
  });
}

function finishedSteps({ phase, step, outerSteps }: Progress): number {
  return phase === "done" ? outerSteps : step;
}

/** How many questions the teacher posed, what was rejected and why, and some of those accepted. */
function questionsHtml({ questions }: Progress): string {
  if (!questions) return "";
  const reasons = Object.entries(questions.rejected).map(([reason, count]) => `${count} for ${reason}`);
  const text = `${questions.accepted} questions accepted, ${reasons.length > 0 ? `rejected ${reasons.join(", ")}` : "none rejected"}`;
  const examples = questions.examples.map(question => `<li>${escapeHtml(question.slice(0, 120))}</li>`);
  return `<div>${escapeHtml(text)}<ul style="margin:0">${examples.join("")}</ul></div>`;
}

/** One row per dataset: the mean reward of each of its students' last training step. */
function studentsHtml({ students = [] }: Progress): string {
  if (students.length === 0) return "";
  const datasets = [...new Set(students.map(({ dataset }) => dataset))];
  const rows = datasets.map(dataset => {
    const rewards = students.filter(student => student.dataset === dataset).map(({ reward }) => reward);
    const cells = rewards.map(reward => {
      const meter = `<meter max="120" value="${reward.toFixed(1)}" style="width:80px"></meter>`;
      return `<td style="text-align:left">${meter} ${reward.toFixed(0)}</td>`;
    });
    return `<tr><td>dataset ${dataset + 1}</td>${cells.join("")}</tr>`;
  });
  return `<details open><summary>students' mean reward (points of 120)</summary><table>${rows.join("")}</table></details>`;
}

function share({ step, outerSteps, studentSteps, phase }: Progress): number {
  const inStep = phase === "students" && studentSteps.total > 0 ? studentSteps.done / studentSteps.total : 0;
  return phase === "done" ? 1 : Math.min(1, (step + inStep) / outerSteps);
}

function progressLine(progress: Progress): string {
  const {
    step,
    outerSteps,
    phase,
    studentSteps,
    reward,
    movingAverage,
    threshold,
    promotions,
    tokens,
    seconds,
  } = progress;
  const parts = [
    phase === "done"
      ? `done, ${outerSteps} outer steps`
      : `outer step ${Math.min(step + 1, outerSteps)} of ${outerSteps}: ${phase}`,
    ...(phase === "students" ? [`${studentSteps.done}/${studentSteps.total} student steps`] : []),
    ...(reward === undefined ? [] : [`last reward ${signed(reward)}`]),
    ...(movingAverage === undefined
      ? []
      : [`moving average ${signed(movingAverage)}${threshold === undefined ? "" : ` (tau ${threshold})`}`]),
    `${promotions} promotion${promotions === 1 ? "" : "s"}`,
    ...(seconds > 0 ? [`${Math.round(tokens / seconds)} tokens/s`] : []),
    ...(progress.secondsLeft === undefined || phase === "done"
      ? []
      : [`about ${Math.ceil(progress.secondsLeft)} s left`]),
  ];
  return parts.join(", ");
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(3)}`;
}
