import { mean } from "../metrics/statistics.js";
import type { QuestionRecord } from "../soar/events.js";
import type { RunRecord } from "../soar/run-log.js";
import { meanReward } from "../soar/run-state.js";
import type { Figure, Trace } from "./figure.js";
import { type NamedKinds, nameKinds } from "./name-kinds.js";
import { baseLayout } from "./style/base-layout.js";
import { emptyNote } from "./style/empty-note.js";
import { stepTicks } from "./style/step-axis.js";
import { palette } from "./style/theme.js";

export interface CurriculumMapParams {
  /** Runs by name, from one to four, side by side. */
  runs: Record<string, Pick<RunRecord, "steps" | "promotions" | "questions">>;
  /** Returns the kind of a question; default: the kind in the log. */
  kindOf?: (question: QuestionRecord) => string | undefined;
  title?: string;
  subtitle?: string;
}

/** Number of runs that fit side by side. */
export const mostMaps = 4;
const mostKinds = 12;

/** Positions of the plots, as shares of the figure's height and width: kinds below, rewards above them. */
const mapTop = 0.66;
const rewardBottom = 0.74;
const gap = 0.05;

/** Cividis, which readers with any colour vision see as a scale (Nunez et al. 2018). */
const cividis = [
  "#00224e",
  "#123570",
  "#3b496c",
  "#575d6d",
  "#707173",
  "#8a8678",
  "#a59c74",
  "#c3b369",
  "#e1cc55",
  "#fee838",
];

/** Height of a cell, as a share of its row. */
const cell = 0.94;

/**
 * What each teacher asks and what it is paid: one column per outer step, whose cells give the shares of the
 * kinds of questions, and above it the step's mean reward. Runs stand side by side on the same scales. Dotted
 * lines mark promotions. Beyond twelve kinds the rarest are drawn as "other".
 * @throws RangeError if there is no run, or there are more than four
 */
export function curriculumMap({
  runs,
  kindOf,
  title = "Curriculum map",
  subtitle,
}: CurriculumMapParams): Figure {
  const names = Object.keys(runs);
  if (names.length === 0 || names.length > mostMaps) {
    throw new RangeError(`curriculumMap: ${names.length} runs, expected 1 to ${mostMaps} of them`);
  }
  const asked = names.map(name =>
    runs[name]!.questions.map(question => (kindOf ? { ...question, kind: kindOf(question) } : question)),
  );
  const { kinds, label } = nameKinds(asked.flat(), mostKinds);
  const maps = names.map((name, i) => cellsOf(runs[name]!.steps, asked[i]!, kinds, label));
  const rewards = Object.values(runs).flatMap(({ steps }) => steps.map(meanReward));
  const layout = baseLayout({ title, subtitle, x: "outer step", y: "kind of question", yLabels: kinds });
  const width = (1 - gap * (names.length - 1)) / names.length;
  const highest = Math.max(1, ...maps.flat().map(({ share }) => share));
  const axes: Record<string, object> = {};
  const data = names.flatMap((name, i): Trace[] => {
    const { steps } = runs[name]!;
    const x = steps.map(({ step }) => step + 1);
    const cells = maps[i]!;
    const [map, reward] = [axis(2 * i), axis(2 * i + 1)];
    const domain = [i * (width + gap), i * (width + gap) + width];
    const last = Math.max(2, ...x);
    const xaxis = { ...layout.xaxis, domain, range: [0.5, last + 0.5], ...stepTicks(last) };
    axes[`xaxis${map}`] = { ...xaxis, anchor: `y${map}` };
    axes[`xaxis${reward}`] = {
      ...xaxis,
      title: { text: "" },
      anchor: `y${reward}`,
      matches: `x${map}`,
      showticklabels: false,
    };
    const isFirst = i === 0;
    axes[`yaxis${map}`] = {
      ...layout.yaxis,
      title: { text: isFirst ? "kind of question" : "" },
      tickvals: kinds.map((_, row) => row),
      ticktext: kinds,
      range: [-0.5, Math.max(kinds.length, 1) - 0.5],
      domain: [0, mapTop],
      anchor: `x${map}`,
      showgrid: false,
      showticklabels: isFirst,
    };
    axes[`yaxis${reward}`] = {
      ...layout.yaxis,
      title: { text: isFirst ? "reward" : "" },
      domain: [rewardBottom, 1],
      anchor: `x${reward}`,
      range: rewardRange(rewards),
      nticks: 4,
      zeroline: true,
      showticklabels: isFirst,
    };
    return [
      // Bars rather than Plotly's heat map, which needs a canvas and so could not be drawn as SVG without a browser.
      {
        type: "bar",
        name,
        x: cells.map(({ step }) => step + 1),
        base: cells.map(({ row }) => row - cell / 2),
        y: cells.map(() => cell),
        customdata: cells.map(({ share, text }) => [share, ...text]),
        marker: { color: cells.map(({ share }) => color(share / highest)), line: { width: 0 } },
        xaxis: `x${map}`,
        yaxis: `y${map}`,
        hovertemplate: `${name}, step %{x}: %{customdata[0]:.0f}% %{customdata[1]}<br>mean reward of these: %{customdata[2]}<extra></extra>`,
      },
      {
        type: "scatter",
        name,
        x,
        y: steps.map(meanReward),
        xaxis: `x${reward}`,
        yaxis: `y${reward}`,
        mode: x.length > 60 ? "lines" : "lines+markers",
        line: { width: 1.5, color: palette.blue },
        marker: { size: 4, color: palette.blue },
        hovertemplate: `${name}, step %{x}: mean reward %{y:.3f}<extra></extra>`,
      },
    ];
  });
  // Nothing but the scale of the cells' colours, since their own trace names each cell's colour.
  const scale: Trace = {
    type: "scatter",
    x: [null],
    y: [null],
    mode: "markers",
    hoverinfo: "skip",
    marker: {
      color: [0],
      cmin: 0,
      cmax: highest,
      colorscale: cividis.map((stop, i) => [i / (cividis.length - 1), stop]),
      showscale: true,
      colorbar: {
        title: { text: "share (%)", side: "right" },
        thickness: 12,
        len: mapTop,
        y: 0,
        yanchor: "bottom",
      },
    },
  };
  return {
    data: [...data, scale],
    layout: {
      ...layout,
      ...axes,
      barmode: "overlay",
      bargap: 0.06,
      height: 300 + 24 * Math.max(kinds.length, 4),
      margin: { ...layout.margin, t: layout.margin.t + 22, r: 90 },
      shapes: names.flatMap((name, i) =>
        runs[name]!.promotions.map(({ step }) => ({
          type: "line",
          xref: `x${axis(2 * i)}`,
          yref: "paper",
          x0: step + 1.5,
          x1: step + 1.5,
          y0: 0,
          y1: 1,
          line: { width: 1.5, dash: "dot", color: palette.grey },
        })),
      ),
      annotations: [
        ...names.map((name, i) => ({
          xref: "paper",
          yref: "paper",
          x: i * (width + gap) + width / 2,
          y: 1.01,
          xanchor: "center",
          yanchor: "bottom",
          showarrow: false,
          text: name,
          font: { size: 13 },
        })),
        ...(kinds.length > 0
          ? []
          : [
              emptyNote(
                asked.flat().length === 0
                  ? "no outer step is finished yet"
                  : "the domain names no kinds of questions",
              ),
            ]),
      ],
    },
  };
}

/** The share of each kind among an outer step's questions in percent, and their mean reward as text. */
function cellsOf(
  steps: RunRecord["steps"],
  questions: readonly QuestionRecord[],
  kinds: readonly string[],
  label: NamedKinds["label"],
) {
  const rewards = new Map<number, Map<string, number[]>>(steps.map(({ step }) => [step, new Map()]));
  for (const question of questions) {
    const kind = label(question);
    const ofStep = rewards.get(question.step);
    if (kind === undefined || !ofStep) continue;
    const ofKind = ofStep.get(kind);
    if (ofKind) ofKind.push(question.reward);
    else ofStep.set(kind, [question.reward]);
  }
  return steps.flatMap(({ step }) => {
    const ofStep = rewards.get(step)!;
    const total = [...ofStep.values()].flat().length;
    return kinds.map((kind, row) => {
      const paid = ofStep.get(kind) ?? [];
      return {
        step,
        row,
        share: total === 0 ? 0 : (100 * paid.length) / total,
        text: [kind, paid.length === 0 ? "none" : mean(paid).toFixed(3)],
      };
    });
  });
}

/** The colour of a share between 0 and 1 of the largest. */
function color(share: number): string {
  const at = share * (cividis.length - 1);
  const [from, to] = [Math.floor(at), Math.ceil(at)].map(stop => channels(cividis[stop]!));
  return `rgb(${from!.map((value, i) => Math.round(value + (to![i]! - value) * (at % 1))).join(", ")})`;
}

function channels(hex: string): number[] {
  return [1, 3, 5].map(at => Number.parseInt(hex.slice(at, at + 2), 16));
}

/** Plotly's number of an axis: none for the first, then from 2. */
function axis(index: number): string {
  return index === 0 ? "" : String(index + 1);
}

/** Room around the rewards of all runs, and around 0. */
function rewardRange(rewards: readonly number[]): [number, number] {
  const low = Math.min(0, ...rewards);
  const high = Math.max(0.05, ...rewards);
  const room = 0.08 * (high - low);
  return [low - room, high + room];
}
