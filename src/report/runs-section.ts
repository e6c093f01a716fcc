import { baselineAccuracy } from "../figures/baseline-accuracy.js";
import { curriculumMap, mostMaps } from "../figures/curriculum-map.js";
import { learningCurves } from "../figures/learning-curves.js";
import { metricOverSteps } from "../figures/metric-over-steps.js";
import { escapeHtml, htmlTable, jsonDetails } from "../figures/page/html.js";
import { pageFigure } from "../figures/page/page-figure.js";
import { questionBrowser } from "../figures/question-browser.js";
import { questionKinds } from "../figures/question-kinds.js";
import { rewardCycles } from "../figures/reward-cycles.js";
import { rolloutBrowser } from "../figures/rollout-browser.js";
import { duration, percent, pluralize } from "../figures/style/labels.js";
import { taxonomyBars } from "../figures/taxonomy-bars.js";
import { nameOf } from "../lab/identity.js";
import { baselineStages } from "../soar/baseline-stages.js";
import type { QuestionRecord } from "../soar/events.js";
import { promotionsBefore } from "../soar/promotions-before.js";
import { rewardUnit } from "../soar/rewards/reward-unit.js";
import { type RunRecord, readRollouts } from "../soar/run-log.js";
import { secondsByPhase } from "../soar/seconds-by-phase.js";
import type { RolloutRecord } from "../soar/student-log.js";
import { mapSequentially } from "../util/map-sequentially.js";
import { commonConfigRows } from "./common-config-rows.js";
import { distinctFolderNames } from "./distinct-folder-names.js";
import type { ReportSection } from "./report-page.js";

/**
 * What a report shows of one or several SOAR runs: summary tables, figures, and the questions to browse.
 * @throws RangeError if there is no run
 */
export async function runsSection(runs: readonly RunRecord[]): Promise<ReportSection> {
  if (runs.length === 0) throw new RangeError("reportHtml: no runs, expected at least one");
  const names = distinctFolderNames(
    runs.map(({ folder }) => folder),
    1,
  );
  const isOne = runs.length === 1;
  const parts = [
    ...(isOne ? [] : [contents(names), together(runs, names)]),
    ...(await mapSequentially(runs.entries(), async ([i, run]) =>
      section(run, await readRollouts(run), names[i]!, isOne ? undefined : i),
    )),
    `<p class="quiet">Made with soarlab from the runs' logs. Gain: of a student, trained on the teacher's questions, over the baseline in greedy accuracy on the reward questions Q_R (SOAR, arXiv 2601.18778).</p>`,
  ];
  const title = isOne ? `SOAR run ${names[0]}` : `${runs.length} SOAR runs`;
  return { title, html: parts.join("\n") };
}

function contents(names: readonly string[]): string {
  return `<nav>${names.map((name, i) => `<a href="#run-${i}">${escapeHtml(name)}</a>`).join("")}</nav>`;
}

/** Several runs side by side, and as curves over seeds if they differ in the seed alone. */
function together(runs: readonly RunRecord[], names: readonly string[]): string {
  const rows = runs.map((run, i) => {
    const last = baselineStages(run).at(-1)?.accuracy;
    return [
      { html: `<a href="#run-${i}">${escapeHtml(names[i]!)}</a>` },
      state(run),
      run.config.seed,
      run.steps.length,
      run.promotions.length,
      run.promotionQuestions.length,
      last ? percent(last.train) : "",
      last ? percent(last.test) : "",
    ];
  });
  const heads = [
    "run",
    "state",
    "seed",
    "outer steps",
    "promotions",
    "questions kept",
    "baseline, train",
    "held-out",
  ];
  const groups = new Map<string, RunRecord[]>();
  for (const run of runs) {
    const { seed: _, ...rest } = run.config;
    const key = JSON.stringify(rest);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  const own = [...groups.values()].map(group => names[runs.indexOf(group[0]!)]!);
  const seedless = own.map(name => name.replace(/[-_ ]?seed[-_ ]?\d+$/, "") || "runs");
  const curveNames = new Set(seedless).size === seedless.length ? seedless : own;
  const figure = learningCurves({
    curves: Object.fromEntries([...groups.values()].map((group, i) => [curveNames[i], group.map(heldOut)])),
    firstStep: 0,
    title: "Baseline accuracy over outer steps",
    subtitle: "greedy, on the held-out half of the hard split  |  0 = before the run",
    x: "outer step",
    y: "greedy accuracy (%)",
    limits: [0, 100],
  });
  const map =
    runs.length <= mostMaps && runs.some(({ questions }) => questions.some(({ kind }) => kind !== undefined))
      ? pageFigure(
          curriculumMap({ runs: Object.fromEntries(runs.map((run, i) => [names[i], run])) }),
          "What each teacher asks and what it is paid for it.",
        )
      : "";
  return `<h2>Together</h2>${htmlTable(heads, rows)}${pageFigure(figure, "Runs that differ in their seed alone are one curve.")}${map}`;
}

/** The held-out accuracy of the baseline in percent, before the run and after each outer step. */
function heldOut(run: RunRecord): number[] {
  const stages = baselineStages(run);
  if (stages.length === 0) return [Number.NaN];
  return [
    stages[0]!.accuracy.test,
    ...run.steps.map(({ step }) => stages[promotionsBefore(run, step + 1)]!.accuracy.test),
  ].map(share => 100 * share);
}

function section(
  run: RunRecord,
  rollouts: readonly RolloutRecord[],
  name: string,
  index: number | undefined,
): string {
  const head = index === undefined ? "" : `<h2 id="run-${index}">${escapeHtml(name)}</h2>`;
  return `<section>${[head, ...runBlocks(run, rollouts, name)].filter(Boolean).join("\n")}</section>`;
}

/** What a report shows of one run, piece by piece in order; a piece without data yet is empty. */
export function runBlocks(run: RunRecord, rollouts: readonly RolloutRecord[], name: string): string[] {
  const { config } = run;
  const verdicts = verdictsByStage(run);
  return [
    `<p class="quiet">${escapeHtml(headline(run))}</p>`,
    pageFigure(rewardCycles(run), rewardCaption(run)),
    pageFigure(baselineAccuracy(run), "The held-out half never pays the teacher."),
    "<h3>Stages</h3>",
    stageTable(run),
    run.questions.length > 0
      ? pageFigure(questionKinds(run), "What the teacher asks, and how often its own answer is right.")
      : "",
    Object.keys(verdicts).length > 0
      ? pageFigure(taxonomyBars({ sets: verdicts, title: "The teacher's questions by stage" }))
      : "",
    metricFigures(run, name),
    "<h3>Time and tokens</h3>",
    timeTable(run),
    "<h3>Questions</h3>",
    run.questions.length > 0 ? questionBrowser(run).html : "<p>No outer step is finished yet.</p>",
    rollouts.length > 0 ? `<h3>Students' rollouts</h3>${rolloutBrowser(rollouts).html}` : "",
    `<h3>Configuration</h3>${configTable(run)}${jsonDetails("every field", config)}`,
  ];
}

/** What paid the teacher, and why the curve goes up and down. */
function rewardCaption({ config, steps }: RunRecord): string {
  const reward = `The teacher's reward is its ${nameOf(config.teacher.reward)} one: ${rewardUnit(config)}.`;
  if (!config.promotion.enabled) return reward;
  const average = steps.some(({ gains }) => gains)
    ? "the moving average of the students' gains"
    : "its moving average";
  return `${reward} If ${average} exceeds tau, a student becomes the new baseline, which is harder to beat.`;
}

function headline(run: RunRecord): string {
  const { steps, config, promotions, promotionQuestions, start } = run;
  const stages = baselineStages(run);
  const gain =
    stages.length > 1
      ? ` Greedy accuracy on the held-out half went from ${percent(stages[0]!.accuracy.test)} to ${percent(stages.at(-1)!.accuracy.test)}.`
      : "";
  const began = start
    ? ` Began ${start.at.slice(0, 16).replace("T", " ")} UTC, soarlab ${start.version}.`
    : "";
  return `${state(run)}: ${steps.length} of ${pluralize(config.outerSteps, "outer step")}, ${pluralize(promotions.length, "promotion")}, ${pluralize(promotionQuestions.length, "question")} kept.${gain}${began}`;
}

function state(run: RunRecord): string {
  return run.ended ? "Finished" : "Not finished";
}

function stageTable(run: RunRecord): string {
  const rows = baselineStages(run).map(({ stage, step, accuracy }) => {
    const promotion = run.promotions[stage - 1];
    const event = promotion && run.steps.find(event => event.step === promotion.step);
    const kept = promotion ? run.promotionQuestions.filter(question => question.step === promotion.step) : [];
    const paid = event && promotion ? (event.gains ?? event.rewards)[promotion.dataset] : undefined;
    const judged = kept.some(({ verdict }) => verdict);
    return [
      stage,
      step === undefined ? "start" : step + 1,
      percent(accuracy.train),
      percent(accuracy.test),
      paid ? (paid.reduce((a, b) => a + b, 0) / paid.length).toFixed(3) : "",
      promotion ? kept.length : "",
      judged ? percent(kept.filter(({ verdict }) => verdict?.isCorrect).length / kept.length) : "",
    ];
  });
  if (rows.length === 0) return "<p>The run has not measured its first baseline yet.</p>";
  const heads = [
    "stage",
    "promoted at step",
    "greedy, train",
    "greedy, held-out",
    "gain of its dataset",
    "questions kept",
    "of them right",
  ];
  return htmlTable(heads, rows);
}

function verdictsByStage(run: RunRecord) {
  const sets: Record<string, NonNullable<QuestionRecord["verdict"]>[]> = {};
  for (const question of run.questions) {
    if (!question.verdict) continue;
    const name = `stage ${promotionsBefore(run, question.step)}`;
    sets[name] ??= [];
    sets[name].push(question.verdict);
  }
  return sets;
}

/** These figures have little height: the units are as short as their axes. */
const healthMetrics: Record<string, [title: string, unit: string]> = {
  "student/reward/mean": ["Students' own reward in the inner loop, mean", "points, 0 to 120"],
  "student/entropy/sampled": ["Entropy of the students' answers", "nats per token"],
  "teacher/entropy/sampled": ["Entropy of the teacher's questions", "nats per token"],
  "teacher/kl/start": ["KL divergence of the teacher from the starting model", "nats per token"],
};

function metricFigures(run: RunRecord, name: string): string {
  const known = Object.keys(healthMetrics).filter(metric =>
    run.steps.some(({ metrics }) => metric in metrics),
  );
  if (known.length === 0) return "";
  const figures = known.map(metric => {
    const [title, y] = healthMetrics[metric]!;
    const figure = metricOverSteps({ runs: { [name]: run }, metric, title, y });
    return pageFigure({ data: figure.data, layout: { ...figure.layout, height: 300 } });
  });
  return `<details><summary>How training went: rewards in the inner loop, entropy, KL</summary>${figures.join("\n")}</details>`;
}

function timeTable(run: RunRecord): string {
  const seconds = secondsByPhase(run.steps);
  const tokens = { sampled: 0, trained: 0 };
  let completions = 0;
  const rejected = new Map<string, number>();
  for (const { metrics, teacher } of run.steps) {
    for (const [name, value] of Object.entries(metrics)) {
      if (name.endsWith("/tokens/sampled")) tokens.sampled += value;
      if (name.endsWith("/tokens/trained")) tokens.trained += value;
    }
    completions += teacher.sampled;
    for (const [reason, times] of Object.entries(teacher.rejected)) {
      rejected.set(reason, (rejected.get(reason) ?? 0) + times);
    }
  }
  const total = [...seconds.values()].reduce((a, b) => a + b, 0);
  if (total === 0) return "<p>No outer step is finished yet.</p>";
  const rows = [...seconds].map(([phase, value]) => [phase, duration(value), percent(value / total)]);
  const reasons = [...rejected].map(([reason, times]) => `${reason} ${times}`).join(", ");
  return `${htmlTable(["phase", "time", "share"], [...rows, ["in all", duration(total), "100%"]])}
<p>${Math.round(tokens.sampled).toLocaleString("en")} tokens sampled and ${Math.round(tokens.trained).toLocaleString("en")} trained by teacher and students (${Math.round((tokens.sampled + tokens.trained) / total).toLocaleString("en")} a second). The teacher sampled ${completions.toLocaleString("en")} completions; rejected: ${escapeHtml(reasons || "none")}.</p>`;
}

function configTable({ config }: RunRecord): string {
  const { student, teacher, promotion } = config;
  const rows: [string, string][] = [
    ...commonConfigRows(config),
    ["hard split", `${config.hard.train}; held out: ${config.hard.test}`],
    ["outer steps T", String(config.outerSteps)],
    [
      "datasets g x questions n, students r, reward questions M",
      `${config.datasets} x ${config.questionsPerDataset}, ${config.studentsPerDataset}, ${config.rewardQuestions}`,
    ],
    [
      "promotion",
      promotion.enabled
        ? `moving average of ${promotion.window} over tau = ${promotion.threshold}${promotion.restartWindow ? ", restarts after a promotion" : ""}`
        : "never",
    ],
    [
      "student",
      `${student.steps} steps (+${student.extraStepsPerPromotion} a promotion) of ${student.batchSize} questions x ${student.groupSize} rollouts, learning rate ${student.optimization.learningRate}`,
    ],
    [
      "teacher",
      `${nameOf(teacher.reward)} reward, ${teacher.generation}, learning rate ${teacher.optimization.learningRate}, KL coefficient ${teacher.optimization.klCoefficient}`,
    ],
  ];
  return htmlTable(["", ""], rows);
}
