import type { QuestionRecord } from "../soar/events.js";
import type { RunRecord } from "../soar/run-log.js";

/** One row per synthetic question of a run: its place, its reward, whether a promotion kept it, and a judge's verdict. */
export function questionRows(
  run: Pick<RunRecord, "questions" | "promotionQuestions">,
): Record<string, string | number | boolean | undefined>[] {
  const datasets = new Set(run.promotionQuestions.map(datasetOf));
  return run.questions.map(record => {
    const { step, dataset, question, answer, reward, kind, verdict } = record;
    const judged = Object.entries(verdict ?? {}).map(([name, value]) => [
      `verdict/${name}`,
      typeof value === "object" ? JSON.stringify(value) : value,
    ]);
    const promoted = datasets.has(datasetOf(record));
    return { step, dataset, question, answer, reward, kind, promoted, ...Object.fromEntries(judged) };
  });
}

function datasetOf({ step, dataset }: QuestionRecord): string {
  return `${step}/${dataset}`;
}
