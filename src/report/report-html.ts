import type { RunRecord } from "../soar/run-log.js";
import { type ReportOptions, reportPage } from "./report-page.js";
import { runsSection } from "./runs-section.js";

/**
 * A report of one or several runs as one self-contained HTML page: summary tables, figures, and the questions to browse.
 * @throws RangeError if there is no run
 */
export async function reportHtml(runs: readonly RunRecord[], options: ReportOptions = {}): Promise<string> {
  return reportPage([await runsSection(runs)], options);
}
