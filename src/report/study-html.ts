import type { Study } from "../study/read-study.js";
import { type ReportOptions, reportPage } from "./report-page.js";
import { type MadeResults, studySection } from "./study-section.js";

export interface StudyHtmlOptions extends ReportOptions, MadeResults {}

/** A study as one self-contained HTML page: tables, figures, what is still missing, and every run with its configuration. */
export async function studyHtml(study: Study, options: StudyHtmlOptions = {}): Promise<string> {
  return reportPage([await studySection(study, options)], options);
}
