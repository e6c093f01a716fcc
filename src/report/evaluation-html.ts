import type { EvaluationRecord } from "../evaluation/read-evaluation.js";
import { evaluationsSection } from "./evaluations-section.js";
import { type ReportOptions, reportPage } from "./report-page.js";

/**
 * One or several evaluation runs as one self-contained HTML page: pass@k with intervals, how training went, solve rates,
 * the synthetic questions, and the configuration.
 * @throws RangeError if there is no run
 */
export async function evaluationHtml(
  records: readonly EvaluationRecord[],
  options: ReportOptions = {},
): Promise<string> {
  return reportPage([evaluationsSection(records)], options);
}
