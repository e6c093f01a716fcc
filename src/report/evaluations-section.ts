import type { EvaluationConfig } from "../evaluation/evaluation-config.js";
import type { TrainingQuestion } from "../evaluation/evaluation-events.js";
import { evaluationPassAtK } from "../evaluation/evaluation-pass-at-k.js";
import { evaluationResult } from "../evaluation/evaluation-result.js";
import { passAt1Curve } from "../evaluation/pass-at-1-curve.js";
import type { EvaluationRecord } from "../evaluation/read-evaluation.js";
import type { Figure } from "../figures/figure.js";
import { learningCurves } from "../figures/learning-curves.js";
import { escapeHtml, htmlTable, jsonDetails } from "../figures/page/html.js";
import { pageFigure } from "../figures/page/page-figure.js";
import { passAtKBars } from "../figures/pass-at-k-bars.js";
import { solveRateHistogram } from "../figures/solve-rate-histogram.js";
import { duration, pluralize, verdictNames } from "../figures/style/labels.js";
import { taxonomyBars } from "../figures/taxonomy-bars.js";
import type { PassAtKRow } from "../metrics/pass-at-k.js";
import { plateauStep } from "../metrics/plateau-step.js";
import { commonConfigRows } from "./common-config-rows.js";
import { distinctFolderNames } from "./distinct-folder-names.js";
import type { ReportSection } from "./report-page.js";

/** Most questions in a page: the first ones. */
const questionLimit = 2000;

/**
 * What a report shows of one or several evaluation runs: pass@k with intervals, how training went, solve
 * rates, the synthetic questions, and the configuration.
 * @throws RangeError if there is no run
 */
export function evaluationsSection(records: readonly EvaluationRecord[]): ReportSection {
  if (records.length === 0) throw new RangeError("evaluationHtml: no evaluation runs, expected at least one");
  const named = withNames(records);
  const isOne = named.length === 1;
  const title = isOne ? `Evaluation ${named[0]!.name}` : `${named.length} evaluations`;
  const parts = [
    ...(isOne ? [] : [together(named)]),
    ...named.map((run, i) => section(run, isOne ? undefined : i)),
    `<p class="quiet">Made with soarlab from the runs' logs. pass@k: share of problems that at least one of k samples solves (SOAR, arXiv 2601.18778). Intervals: 95%, bootstrap over problems.</p>`,
  ];
  return { title, html: parts.join("\n") };
}

interface NamedRun {
  name: string;
  record: EvaluationRecord;
  /** Empty if there is no evaluation yet. */
  passAtK: PassAtKRow[];
}

function withNames(records: readonly EvaluationRecord[]): NamedRun[] {
  const names = distinctFolderNames(
    records.map(({ folder }) => folder),
    2, // "pq/seed-0"
  );
  return records.map((record, i) => ({
    name: names[i]!,
    record,
    passAtK: record.evaluations.length > 0 ? evaluationPassAtK(record) : [],
  }));
}

function together(runs: readonly NamedRun[]): string {
  const ks = [...new Set(runs.flatMap(({ passAtK }) => passAtK.map(({ k }) => k)))].sort((a, b) => a - b);
  const rows = runs.map(({ name, record, passAtK }, i) => [
    { html: `<a href="#evaluation-${i}">${escapeHtml(name)}</a>` },
    state(record),
    `${record.evaluations.at(-1)?.step ?? 0} of ${record.config.training.steps}`,
    ...ks.map(k => {
      const row = passAtK.find(row => row.k === k);
      return row ? percents(row.value) : "";
    }),
  ]);
  const heads = ["evaluation", "state", "training steps", ...ks.map(k => `pass@${k}, %`)];
  const measured = runs.filter(({ passAtK }) => passAtK.length > 0);
  const figure =
    measured.length > 0
      ? pageFigure(
          passAtKBars({
            series: Object.fromEntries(measured.map(({ name, passAtK }) => [name, passAtK])),
            title: "pass@k on the held-out half",
            subtitle: "95% intervals: bootstrap over problems",
          }),
        )
      : "";
  return `<h2>Together</h2>${htmlTable(heads, rows)}${figure}`;
}

function section({ name, record, passAtK }: NamedRun, index: number | undefined): string {
  const { config, questions } = record;
  const parts = [
    index === undefined ? "" : `<h2 id="evaluation-${index}">${escapeHtml(name)}</h2>`,
    `<p class="quiet">${escapeHtml(headline(record))}</p>`,
    passAtK.length > 0 ? passAtKTable(record, passAtK) : "<p>No evaluation is finished yet.</p>",
    curve(record),
    rewardCurve(record),
    solveRates(record),
    questions.length > 0 ? questionTable(questions) : "",
    `<h3>Configuration</h3>${configTable(config)}${jsonDetails("every field", config)}`,
  ];
  return `<section>${parts.filter(Boolean).join("\n")}</section>`;
}

function state({ ended }: EvaluationRecord): string {
  return ended ? "Finished" : "Not finished";
}

function headline(record: EvaluationRecord): string {
  const { config, start, evaluations, questions } = record;
  const { steps } = config.training;
  const trained =
    steps === 0
      ? "the model as it is"
      : `${evaluations.at(-1)?.step ?? 0} of ${pluralize(steps, "training step")}`;
  const tested = start
    ? `, ${pluralize(start.problems.length, "problem")} x ${pluralize(config.test.samples, "sample")}`
    : "";
  const asked = questions.length > 0 ? `, ${pluralize(questions.length, "synthetic question")}` : "";
  const seconds = evaluations.reduce((sum, { seconds }) => sum + seconds, 0);
  const time = seconds > 0 ? ` ${record.ended ? "Took" : "So far"} ${duration(seconds)}.` : "";
  const began = start
    ? ` Began ${start.at.slice(0, 16).replace("T", " ")} UTC, soarlab ${start.version}.`
    : "";
  return `${state(record)}: ${trained}${tested}${asked}.${time}${began}`;
}

function passAtKTable(record: EvaluationRecord, passAtK: readonly PassAtKRow[]): string {
  const { steps, plateau } = evaluationResult(record);
  const read =
    plateau !== undefined
      ? `The training reward went flat at step ${plateau}; read: the mean of the evaluations at ${steps.join(", ")}.`
      : `Read: the evaluation at step ${steps.join(", ")}.`;
  const rows = passAtK.map(({ k, value, low, high }) => [
    k,
    percents(value),
    `${percents(low)} to ${percents(high)}`,
  ]);
  return `<h3>pass@k</h3><p class="quiet">${read}</p>${htmlTable(["k", "pass@k, %", "95% interval over problems"], rows)}`;
}

/** pass@1 over training; nothing if there is no training. */
function curve(record: EvaluationRecord): string {
  if (record.config.training.steps === 0 || record.evaluations.length === 0) return "";
  const figure = learningCurves({
    curves: { "pass@1": [passAt1Curve(record)] },
    y: "pass@1 on the held-out half (%)",
    limits: [0, 100],
    title: "pass@1 over training",
    subtitle: `${record.start?.problems.length} problems  |  ${record.config.test.samples} samples each`,
  });
  // A legend of one series is redundant.
  figure.layout.showlegend = false;
  return pageFigure(fromZero(figure));
}

function fromZero({ data, layout }: Figure): Figure {
  return { data, layout: { ...layout, yaxis: { ...(layout.yaxis as object), rangemode: "tozero" } } };
}

function rewardCurve({ rewards }: EvaluationRecord): string {
  if (rewards.length === 0) return "";
  const { step, smoothed } = plateauStep({ rewards });
  const raw = "mean reward of the step's rollouts";
  const average = "centred 25-step average";
  const isSmoothed = smoothed.some(Number.isFinite);
  const figure = learningCurves({
    curves: { [raw]: [rewards], ...(isSmoothed && { [average]: [smoothed] }) },
    plateau: isSmoothed ? { [average]: step } : {},
    y: "training reward (points, 0 to 120)",
    title: "Training reward",
  });
  return pageFigure(
    fromZero(figure),
    isSmoothed
      ? step === undefined
        ? "The reward has not gone flat: no plateau to mark."
        : "Plateau: the first step, from the steepest one on, whose slope is under 15% of the largest."
      : "Too short for the 25-step average that a plateau is found on.",
  );
}

function solveRates({ evaluations }: EvaluationRecord): string {
  const last = evaluations.at(-1);
  if (!last) return "";
  const rates = last.correct.map(correct => correct / last.samples);
  const never = rates.filter(rate => rate === 0).length;
  return pageFigure(
    solveRateHistogram({
      rates,
      title: "How often problems are solved",
      subtitle: `after ${pluralize(last.step, "training step")}  |  ${rates.length} problems, ${never} never solved  |  ${last.samples} samples each`,
    }),
  );
}

function questionTable(questions: readonly TrainingQuestion[]): string {
  const shown = questions.slice(0, questionLimit);
  const hasBatches = questions.some(({ step }) => step > 0);
  const hasKinds = questions.some(({ kind }) => kind !== undefined);
  const verdicts = questions.flatMap(({ verdict }) => verdict ?? []);
  const hasVerdicts = verdicts.length > 0;
  const heads = [
    ...(hasBatches ? ["from step"] : []),
    ...(hasKinds ? ["kind"] : []),
    "question",
    "answer",
    ...(hasVerdicts ? ["verdict", "judge's answer"] : []),
  ];
  const rows = shown.map(({ step, kind, question, answer, verdict }) => [
    ...(hasBatches ? [step] : []),
    ...(hasKinds ? [kind ?? ""] : []),
    question,
    answer,
    ...(hasVerdicts
      ? [
          verdict ? verdictNames[verdict.errorType] : "",
          verdict?.isWellPosed && !verdict.isCorrect ? verdict.verifiedAnswer : "",
        ]
      : []),
  ]);
  const left =
    questions.length > shown.length ? ` (of ${questions.length.toLocaleString("en")}, the first)` : "";
  const kinds = hasKinds ? `<p class="quiet">${escapeHtml(kindCounts(questions))}</p>` : "";
  const taxonomy = hasVerdicts
    ? pageFigure(taxonomyBars({ sets: { questions: verdicts }, title: "What is wrong with the questions" }))
    : "";
  return `<h3>Synthetic questions</h3>${kinds}${taxonomy}<details><summary>${pluralize(shown.length, "question")}${left}</summary>${htmlTable(heads, rows)}</details>`;
}

/** "k=3: 12, k=4: 5", the most frequent first. */
function kindCounts(questions: readonly TrainingQuestion[]): string {
  const counts = new Map<string, number>();
  for (const { kind = "no kind" } of questions) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([kind, count]) => `${kind}: ${count}`)
    .join(", ");
}

function configTable(config: EvaluationConfig): string {
  const { training, questions, student, test } = config;
  const rows: [string, string][] = [
    ...commonConfigRows(config),
    ["SOAR run", config.run ?? "none"],
    ["starts from", config.start],
    ["synthetic questions", questions.from],
    ["hard train half", config.hard.train],
    [
      "training",
      training.steps === 0
        ? "none"
        : `${training.steps} steps, ${training.mix}${training.mix === "curriculum" ? ` (${training.warmup} steps on the questions alone)` : ""}`,
    ],
    [
      "student",
      `${student.batchSize} questions x ${student.groupSize} rollouts, learning rate ${student.optimization.learningRate}`,
    ],
    ["test", `${config.hard.test}, ${test.samples} samples a problem, every ${test.every} steps`],
    ["read at", typeof test.readAt === "number" ? `step ${test.readAt}` : test.readAt],
  ];
  return htmlTable(["", ""], rows);
}

function percents(share: number): string {
  return (100 * share).toFixed(1);
}
