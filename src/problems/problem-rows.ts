import type { Problem } from "./problem.js";

export interface ProblemRowsOptions {
  /** Fields to show, in order. Default: question, answer, level and subject. */
  fields?: readonly (keyof Problem)[];
  /** Whether answers are LaTeX and go between dollar signs. Default true. */
  isLatex?: boolean;
  /** Characters of a field; longer ones are cut between words, never inside a formula. Default 240. */
  maxLength?: number;
}

/**
 * Problems as rows for a table. Answers in LaTeX are put between dollar signs, as formulas in questions are, so that a
 * notebook shows a cell as rendered maths.
 */
export function problemRows(
  problems: readonly Problem[],
  {
    fields = ["question", "answer", "level", "subject"],
    isLatex = true,
    maxLength = 240,
  }: ProblemRowsOptions = {},
): Record<string, string>[] {
  return problems.map(problem =>
    Object.fromEntries(
      fields.map(field => {
        const value = String(problem[field] ?? "");
        return [field, isLatex && field === "answer" ? `$${value}$` : cut(value, maxLength)];
      }),
    ),
  );
}

function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  let end = text.lastIndexOf(" ", maxLength);
  if (end < maxLength / 2) end = maxLength;
  // An odd number of dollar signs: the cut is inside a formula, whose beginning is the last of them.
  const start = text.slice(0, end);
  const dollars = [...start.matchAll(/(?<!\\)\$/g)];
  return `${dollars.length % 2 === 1 ? start.slice(0, dollars.at(-1)!.index) : start}...`;
}
