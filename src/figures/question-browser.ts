import type { QuestionRecord } from "../soar/events.js";
import { promotionsBefore } from "../soar/promotions-before.js";
import type { RunRecord } from "../soar/run-log.js";
import { environment } from "../util/environment.js";
import { browseQuestions, type PageQuestions } from "./browser/browse-questions.js";
import { gunzipBase64 } from "./browser/gunzip-base64.js";
import { escapeHtml, type HtmlBlock, uniqueElementId } from "./page/html.js";
import { gzipBase64, pageScript } from "./page/page-data.js";
import { verdictNames } from "./style/labels.js";

export interface QuestionBrowserOptions {
  /**
   * Most questions in the page. If there are more: all that promotions kept, and an even sample of the
   * others. Default 20,000.
   */
  limit?: number;
  /** Questions in the excerpt for viewers that run no scripts. Default 12. */
  excerpt?: number;
}

export type QuestionBrowserInput = Pick<RunRecord, "steps" | "promotions" | "questions">;

/**
 * The questions of a run as a table to filter by stage, kind, verdict and text, to sort and to page through; each with
 * the reward of its dataset and whether a promotion kept it. Pass it to `show`.
 */
export function questionBrowser(run: QuestionBrowserInput, options: QuestionBrowserOptions = {}): HtmlBlock {
  const { limit = 20_000, excerpt = 12 } = options;
  const keptAt = new Map(run.promotions.map(({ step, dataset }) => [step, dataset]));
  const isKept = ({ step, dataset }: QuestionRecord) => keptAt.get(step) === dataset;
  const stride = Math.max(1, Math.ceil(run.questions.length / limit));
  const questions = run.questions.filter((question, i) => i % stride === 0 || isKept(question));
  const note =
    stride > 1
      ? `Of ${run.questions.length} questions, one in ${stride} is here, and all that promotions kept.`
      : "";

  const kinds = [...new Set(questions.flatMap(({ kind }) => kind ?? []))].sort((a, b) =>
    a.localeCompare(b, "en", { numeric: true }),
  );
  const verdicts = Object.values(verdictNames).filter(name =>
    questions.some(({ verdict }) => verdict && verdictNames[verdict.errorType] === name),
  );
  const page: PageQuestions = {
    kinds,
    verdicts,
    stages: run.steps.map(({ step }) => promotionsBefore(run, step)),
    promoted: run.steps.map(({ step }) => keptAt.get(step) ?? -1),
    rewards: run.steps.map(({ rewards }) => rewards.map(row => row.reduce((a, b) => a + b, 0) / row.length)),
    rows: questions.map(({ step, dataset, kind, question, answer, verdict }) => [
      step,
      dataset,
      kind === undefined ? -1 : kinds.indexOf(kind),
      question,
      answer,
      verdict ? verdicts.indexOf(verdictNames[verdict.errorType]) : -1,
      verdict?.isWellPosed && !verdict.isCorrect ? verdict.verifiedAnswer : "",
    ]),
  };

  // Without scripts: some of what the promotions kept, or of everything if there was no promotion.
  const kept = questions.filter(isKept);
  const from = kept.length > 0 ? kept : questions;
  const every = Math.max(1, Math.ceil(from.length / Math.max(1, excerpt)));
  const sample = from.filter((_, i) => i % every === 0);
  const cells = sample.map(question => [
    String(question.step + 1),
    String(promotionsBefore(run, question.step)),
    question.kind ?? "",
    question.question,
    question.answer,
    question.verdict ? verdictNames[question.verdict.errorType] : "",
    question.reward.toFixed(3),
    isKept(question) ? "yes" : "",
  ]);
  const heads = ["step", "stage", "kind", "question", "answer", "verdict", "reward", "kept"];
  const row = (tag: string, values: string[]) =>
    `<tr>${values.map(value => `<${tag} style="text-align:left">${escapeHtml(value)}</${tag}>`).join("")}</tr>`;
  const table = `<table>${row("th", heads)}${cells.map(values => row("td", values)).join("\n")}</table>`;
  const summary = `${run.questions.length} questions, ${kept.length} kept by promotions`;
  const id = uniqueElementId();
  const script = environment.showsStaticFigures
    ? ""
    : pageScript(
        [gunzipBase64, browseQuestions],
        `browseQuestions("${id}", "${gzipBase64(JSON.stringify(page))}");`,
      );
  return {
    html: `<div class="soarlab-questions">${note && `<p class="quiet">${note}</p>`}<div id="${id}"><p class="quiet">${summary}; some of them:</p><div class="wide">${table}</div></div></div>${script}`,
    text: [summary, heads.join(" | "), ...cells.map(values => values.join(" | "))].join("\n"),
  };
}
