import { escapeHtml, htmlTable, jsonDetails } from "../figures/page/html.js";
import { pageFigure } from "../figures/page/page-figure.js";
import type { Study } from "../study/read-study.js";
import { type StudyFigures, studyFigures } from "../study/study-figures.js";
import { type StudyResults, studyResults } from "../study/study-results.js";
import { studyRunRows } from "../study/study-run-rows.js";
import { studyTables } from "../study/study-tables.js";
import { type ReportOptions, type ReportSection, reportPage } from "./report-page.js";
import { studyHeadline } from "./study-headline.js";

/** Tables and figures of a study, if they are already made. */
export interface MadeResults {
  results?: StudyResults;
  figures?: StudyFigures;
}

/**
 * What a report shows of a study: tables, figures, what is still missing, and every run with its
 * configuration.
 */
export async function studySection(study: Study, made: MadeResults = {}): Promise<ReportSection> {
  const results = made.results ?? (await studyResults(study));
  const figures = made.figures ?? (await studyFigures(study, results));
  const title = study.config.title ?? "Study";
  const sections = studyTables(study, results).map(({ title, note, heads, rows, figures: names }) => {
    const shown = names.flatMap(name => figures[name] ?? []).map(figure => pageFigure(figure));
    return `<h2>${escapeHtml(title)}</h2><p class="quiet">${escapeHtml(note)}</p>${htmlTable(heads, rows)}${shown.join("\n")}`;
  });
  const parts = [
    `<p class="quiet">${escapeHtml(studyHeadline(study))}</p>`,
    ...sections,
    unfinished(study),
    "<h2>Runs</h2>",
    runTable(study),
    configurations(study),
    `<p class="quiet">Made with soarlab from the logs of the study's runs. pass@k: share of problems that at least one of k samples solves (SOAR, arXiv 2601.18778).</p>`,
  ];
  return { title, html: parts.filter(Boolean).join("\n") };
}

/** What is missing, and why; nothing if the study is complete. */
function unfinished({ runs, missingRuns, missing, skipped }: Study): string {
  const rows = [
    ...runs.flatMap(({ name, record }) =>
      record.ended
        ? []
        : [[`SOAR run ${name}`, `${record.steps.length} of ${record.config.outerSteps} outer steps`]],
    ),
    ...missingRuns.map(({ name }) => [`SOAR run ${name}`, "not begun"]),
    ...missing.map(({ name, record }) => {
      const done = record?.evaluations.at(-1)?.step;
      if (record === undefined) return [name, "not begun"];
      return [
        name,
        done === undefined ? "begun" : `${done} of ${record.config.training.steps} training steps`,
      ];
    }),
    ...skipped.map(({ name }) => [name, "skipped: its SOAR run promoted no student"]),
  ];
  return rows.length === 0 ? "" : `<h2>Not done</h2>${htmlTable(["run", "how far"], rows)}`;
}

function runTable(study: Study): string {
  const rows = studyRunRows(study);
  if (rows.length === 0) return "<p>No evaluation run is finished yet.</p>";
  const heads = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const cells = rows.map(row =>
    heads.map(head => {
      const value = row[head] ?? "";
      return head.startsWith("pass@") && typeof value === "number" ? (100 * value).toFixed(1) : value;
    }),
  );
  const table = htmlTable(
    heads.map(head => (head.startsWith("pass@") ? `${head}, %` : head)),
    cells,
  );
  return `<details><summary>every finished evaluation run</summary>${table}</details>`;
}

function configurations({ config, runs, evaluations }: Study): string {
  const all = [
    ...runs.map(({ name, config }) => jsonDetails(`SOAR run ${name}`, config)),
    ...evaluations.map(({ name, config }) => jsonDetails(name, config)),
  ];
  return `<h2>Configuration</h2>${jsonDetails("what was asked", config)}<details><summary>every field of every run</summary>${all.join("\n")}</details>`;
}

export interface StudyHtmlOptions extends ReportOptions, MadeResults {}

/** A study as one self-contained HTML page: tables, figures, what is still missing, and every run with its configuration. */
export async function studyHtml(study: Study, options: StudyHtmlOptions = {}): Promise<string> {
  return reportPage([await studySection(study, options)], options);
}
