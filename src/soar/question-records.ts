import type { Lab } from "../lab/lab.js";
import type { QuestionAnswer } from "../problems/domain.js";
import type { QuestionRecord } from "./events.js";

/** The log's lines for an outer step's datasets, with each question's kind and exact verdict where the domain has them. */
export function questionRecords(
  { domain }: Pick<Lab, "domain">,
  datasets: QuestionAnswer[][],
  rewards: number[],
  step: number,
): QuestionRecord[] {
  return datasets.flatMap((dataset, k) =>
    dataset.map(({ question, answer }) => ({
      step,
      dataset: k,
      question,
      answer,
      reward: rewards[k]!,
      kind: domain.kind?.(question),
      verdict: domain.judge?.(question, answer),
    })),
  );
}
