import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { evaluationResult } from "../evaluation/evaluation-result.js";
import { renderSvg } from "../figures/render-svg.js";
import { markdownTable } from "../util/markdown-table.js";
import { toCsv } from "../util/to-csv.js";
import type { Study } from "./read-study.js";
import { studyFigures } from "./study-figures.js";
import { type StudyResults, studyResults } from "./study-results.js";

/**
 * Writes what a study came to so far into its folder `results`: results.md with the tables of section 5 (mean and SD over
 * seeds) and the pictures, the same tables as CSV, and a row for every run. Returns the tables.
 */
export async function writeStudyResults(study: Study): Promise<StudyResults & { folder: string }> {
  const results = await studyResults(study);
  const figures = await studyFigures(study, results);
  const folder = join(study.folder, "results");
  await mkdir(folder, { recursive: true });
  const files: Record<string, string> = {
    "results.md": studyMarkdown(study, results, Object.keys(figures)),
    "pass-at-k.csv": toCsv(results.passAtK),
    "runs.csv": toCsv(runRows(study)),
    "diversity.csv": toCsv(results.diversity),
    "taxonomy.csv": toCsv(results.taxonomy),
  };
  for (const [name, figure] of Object.entries(figures)) files[`${name}.svg`] = await renderSvg(figure);
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return { ...results, folder };
}

/** The tables of a study as Markdown, with the pictures that stand beside it. */
function studyMarkdown(study: Study, results: StudyResults, pictures: readonly string[]): string {
  const { config, runs, evaluations, skipped, missing } = study;
  const picture = (name: string) => (pictures.includes(name) ? `\n![${name}](${name}.svg)\n` : "");
  const parts = [
    `# ${config.title ?? "Study"}\n`,
    `${evaluations.length} evaluation runs${skipped.length > 0 ? `, ${skipped.length} without a promotion to evaluate` : ""}${missing.length > 0 ? `, ${missing.length} still to be done` : ""}.\n`,
    `## pass@k\n\nOn the held-out half, in %: mean (SD over all runs).\n\n${passAtKMarkdown(study, results)}`,
    picture("pass-at-k"),
    picture("learning-curves"),
  ];
  if (runs.length > 0) parts.push(`## Teachers\n\n${teacherMarkdown(study)}`);
  if (results.diversity.length > 0) {
    parts.push(
      `## Diversity\n\nVendi Score of subsamples of a common size, mean (SD over subsamples); mean pairwise distance.\n\n${diversityMarkdown(results)}`,
      ...pictures.filter(name => name.startsWith("vendi-")).map(picture),
      picture("diversity-over-steps"),
    );
  }
  if (results.taxonomy.length > 0) {
    parts.push(
      `## Question quality\n\nIn % of the judged questions.\n\n${taxonomyMarkdown(results)}`,
      picture("taxonomy"),
    );
  }
  return parts.filter(Boolean).join("\n");
}

function passAtKMarkdown({ methods, config, skipped }: Study, { passAtK }: StudyResults): string {
  const ks = [...new Set(passAtK.map(({ k }) => k))];
  const { compareWith } = config;
  const heads = ["method", ...ks.map(String), "teachers x students"];
  const rows = methods.map(method => {
    const own = passAtK.filter(row => row.method === method);
    const cells = ks.map(k => {
      const row = own.find(row => row.k === k);
      return row ? withSpread(100 * row.mean, 100 * row.sd) : "";
    });
    const lacking = skipped.filter(evaluation => evaluation.method === method).length;
    const [first] = own;
    const seeds = first ? `${first.teachers} x ${Number((first.runs / first.teachers).toFixed(1))}` : "none";
    return [method, ...cells, lacking > 0 ? `${seeds} (${lacking} without promotion)` : seeds];
  });
  const table = markdownTable(heads, rows);
  if (compareWith === undefined) return table;
  const differences = methods
    .filter(method => method !== compareWith)
    .map(method => [
      method,
      ...ks.map(k => {
        const row = passAtK.find(row => row.method === method && row.k === k);
        return row && Number.isFinite(row.difference)
          ? `${signed(100 * row.difference)} [${signed(100 * row.low)}, ${signed(100 * row.high)}]`
          : "";
      }),
    ]);
  return `${table}\nDifference from ${compareWith} in points, mean over teacher seeds [95% interval, Student's t].\n\n${markdownTable(["method", ...ks.map(String)], differences)}`;
}

function teacherMarkdown({ runs }: Study): string {
  const rows = runs.map(({ teacher, seed, record }) => [
    teacher,
    seed,
    record.ended ? record.steps.length : `${record.steps.length} so far`,
    record.promotions
      .map(({ step, accuracy }) => `${step + 1}: ${(100 * accuracy.train).toFixed(0)}%`)
      .join(", ") || "none",
    record.promotionQuestions.length,
  ]);
  return markdownTable(
    ["teacher", "seed", "outer steps", "promotions (step: greedy, hard train)", "questions kept"],
    rows,
  );
}

function diversityMarkdown({ diversity }: StudyResults): string {
  const rows = diversity.map(({ method, size, vendi, sd, distance, sets }) => [
    method,
    size,
    withSpread(vendi, sd, 2),
    distance.toFixed(3),
    sets,
  ]);
  return markdownTable(["questions of", "subsample", "Vendi Score", "mean pairwise distance", "sets"], rows);
}

function taxonomyMarkdown({ taxonomy }: StudyResults): string {
  const rows = taxonomy.map(({ set, questions, judged, ...shares }) => [
    set,
    judged === questions ? questions : `${judged} of ${questions}`,
    ...Object.values(shares).map(share => share.toFixed(1)),
  ]);
  const heads = ["well posed", "correct", "arithmetic", "logic", "impossible", "ambiguous"];
  return markdownTable(["questions of", "judged", ...heads], rows);
}

/** A row for every finished evaluation. */
function runRows({ evaluations, folder }: Study) {
  return evaluations.map(({ method, run, seed, student, record, folder: own }) => {
    const { passAtK, steps, plateau } = evaluationResult(record);
    return {
      method,
      teacher: run?.teacher ?? "",
      seed,
      student,
      ...Object.fromEntries(passAtK.map(({ k, value }) => [`pass@${k}`, value])),
      "read at steps": steps.join(" "),
      plateau: plateau ?? "",
      questions: record.questions.length,
      folder: own.startsWith(folder) ? own.slice(folder.length + 1) : own,
    };
  });
}

function withSpread(value: number, sd: number, digits = 1): string {
  return Number.isFinite(sd) ? `${value.toFixed(digits)} (${sd.toFixed(digits)})` : value.toFixed(digits);
}

function signed(value: number): string {
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(1)}`;
}
