import type { Lab } from "../lab/lab.js";
import type { QuestionAnswer } from "../problems/domain.js";
import type { QuestionRecord } from "./events.js";

/** Returns an outer step's log lines, with each question's kind and exact verdict if the domain has them. */
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
