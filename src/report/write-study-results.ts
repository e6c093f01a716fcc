import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { renderSvg } from "../figures/svg/render-svg.js";
import type { Study } from "../study/read-study.js";
import { type StudyFigures, studyFigures } from "../study/study-figures.js";
import { type StudyResults, studyResults } from "../study/study-results.js";
import { studyRunRows } from "../study/study-run-rows.js";
import { studyTables } from "../study/study-tables.js";
import { markdownTable, toCsv } from "../util/tables.js";
import { studyHeadline } from "./study-headline.js";
import { studyHtml } from "./study-section.js";

/**
 * Writes a study's results so far into its folder `results`: results.md with the tables of section 5 (mean
 * and SD over seeds) and the pictures, the same as one page, results.html, the tables as CSV, and one row per
 * run. Returns the tables.
 */
export async function writeStudyResults(study: Study): Promise<StudyResults & { folder: string }> {
  const results = await studyResults(study);
  const figures = await studyFigures(study, results);
  const folder = join(study.folder, "results");
  await mkdir(folder, { recursive: true });
  const files: Record<string, string> = {
    "results.md": studyMarkdown(study, results, figures),
    "results.html": await studyHtml(study, { results, figures }),
    "pass-at-k.csv": toCsv(results.passAtK),
    "runs.csv": toCsv(studyRunRows(study)),
    "diversity.csv": toCsv(results.diversity),
    "taxonomy.csv": toCsv(results.taxonomy),
  };
  for (const [name, figure] of Object.entries(figures)) {
    if (figure) files[`${name}.svg`] = await renderSvg(figure);
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return { ...results, folder };
}

/** The tables of a study as Markdown, with the pictures in the same folder. */
function studyMarkdown(study: Study, results: StudyResults, made: StudyFigures): string {
  const sections = studyTables(study, results).map(({ title, note, heads, rows, figures }) => {
    const shown = figures.filter(name => made[name]).map(name => `\n![${name}](${name}.svg)\n`);
    return `## ${title}\n\n${note}\n\n${markdownTable(heads, rows)}${shown.join("")}`;
  });
  return [`# ${study.config.title ?? "Study"}\n`, `${studyHeadline(study)}\n`, ...sections].join("\n");
}
