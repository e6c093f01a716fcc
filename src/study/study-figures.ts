import { meanPairwiseDistance } from "../diversity/mean-pairwise-distance.js";
import { passAt1Curve } from "../evaluation/pass-at-1-curve.js";
import type { Figure } from "../figures/figure.js";
import { type LearningCurve, learningCurves } from "../figures/learning-curves.js";
import { passAtKBars } from "../figures/pass-at-k-bars.js";
import { pluralize } from "../figures/style/labels.js";
import { taxonomyBars } from "../figures/taxonomy-bars.js";
import { vendiBars } from "../figures/vendi-bars.js";
import type { Study } from "./read-study.js";
import { similarityInput } from "./study-diversity.js";
import type { StudyResults } from "./study-results.js";

/** Name of a figure of a study: its file name without `.svg`, and the link from a table to it. */
export type StudyFigureName =
  | "pass-at-k"
  | "learning-curves"
  | `vendi-${number}`
  | "taxonomy"
  | "diversity-over-steps";

/** Figures of a study. Those that it has no data for are missing. */
export type StudyFigures = { [Name in StudyFigureName]?: Figure };

/** The figures of a study that it has the data for. */
export async function studyFigures(study: Study, results: StudyResults): Promise<StudyFigures> {
  const { passAtK, diversity, verdicts } = results;
  const about = seedsSaid(study);
  const tested = [about, ...testSaid(study)].join("  |  ");
  const figures: StudyFigures = {};
  if (passAtK.length > 0) {
    figures["pass-at-k"] = passAtKBars({
      series: Object.fromEntries(
        study.methods.flatMap(method => {
          const rows = passAtK.filter(row => row.method === method);
          const points = rows.map(({ k, mean, sd }) => ({
            k,
            value: mean,
            low: Math.max(0, mean - sd),
            high: Math.min(1, mean + sd),
          }));
          return points.length > 0 ? [[method, points]] : [];
        }),
      ),
      allNames: study.methods,
      title: "pass@k on the held-out half",
      subtitle: `${tested}  |  bars: mean \u00b1 SD over all runs`,
    });
  }
  const curves = testCurves(study);
  if (Object.keys(curves).length > 0) {
    figures["learning-curves"] = learningCurves({
      curves,
      allNames: study.methods,
      y: "pass@1 on the held-out half (%)",
      limits: [0, 100],
      title: "What training does",
      subtitle: tested,
    });
  }
  for (const size of new Set(diversity.map(row => row.size))) {
    const rows = diversity.filter(row => row.size === size);
    figures[`vendi-${size}`] = vendiBars({
      sets: Object.fromEntries(rows.map(({ method, vendi, sd }) => [method, { mean: vendi, sd }])),
      size,
      subtitle: `${about}  |  bars: mean \u00b1 SD over subsamples  |  ${similarityName(study)}`,
    });
  }
  if (Object.keys(verdicts).length > 0) figures.taxonomy = taxonomyBars({ sets: verdicts, subtitle: about });
  const distances = await diversityCurves(study);
  if (Object.keys(distances).length > 0) {
    figures["diversity-over-steps"] = learningCurves({
      curves: distances,
      firstStep: 1,
      x: "outer step",
      y: "mean pairwise distance of the questions",
      title: "Diversity of the teachers' questions",
      subtitle: `${about}  |  ${similarityName(study)}`,
    });
  }
  return figures;
}

function seedsSaid({ seeds, config }: Study): string {
  const students = pluralize(config.students, "student");
  return `${config.title ?? "study"}  |  ${pluralize(seeds.length, "teacher seed")} x ${students}`;
}

function testSaid({ evaluations }: Study): string[] {
  const test = evaluations[0]?.record;
  return test?.start ? [`${test.start.problems.length} problems x ${test.config.test.samples} samples`] : [];
}

function similarityName({ config }: Study): string {
  return config.diversity.embeddings
    ? `cosine of ${config.diversity.embeddings.model} embeddings`
    : "n-gram similarity";
}

/** pass@1 in percent over the training steps of each run that trains, by method, of those to be drawn. */
function testCurves({ methods, evaluations, config }: Study): Record<string, LearningCurve[]> {
  const trained = evaluations.filter(({ config }) => config.training.steps > 0);
  const curves: Record<string, LearningCurve[]> = {};
  for (const method of config.curves ?? methods) {
    const runs = trained.filter(run => run.method === method);
    if (runs.length > 0) curves[method] = runs.map(({ record }) => passAt1Curve(record));
  }
  return curves;
}

/** Mean pairwise distance of the questions of each outer step, one list per seed, by teacher (Fig. 20b). */
async function diversityCurves({ runs, config }: Study): Promise<Record<string, number[][]>> {
  const curves: Record<string, number[][]> = {};
  // A copy of a study may lack the questions of some runs.
  for (const { teacher, record } of runs.filter(({ record }) => record.questions.length > 0)) {
    const bySteps = record.steps.map(({ step }) => record.questions.filter(row => row.step === step));
    const values: number[] = [];
    for (const questions of bySteps) {
      const texts = questions.map(({ question }) => question);
      values.push(meanPairwiseDistance(await similarityInput(texts, config.diversity.embeddings)));
    }
    if (values.length > 0) curves[teacher] = [...(curves[teacher] ?? []), values];
  }
  return curves;
}
