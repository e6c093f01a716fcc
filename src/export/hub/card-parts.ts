import { columnsOf } from "../../util/frame-rows.js";
import { markdownTable } from "../../util/tables.js";

/** A Markdown table of rows, with their keys as heads. */
export function cardTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const heads = columnsOf(rows);
  return markdownTable(
    heads,
    rows.map(row => heads.map(head => row[head] ?? "")),
  ).trimEnd();
}

/** A share in per cent; empty if there is none. */
export function percent(share: number): string {
  return Number.isNaN(share) ? "" : (100 * share).toFixed(1);
}

/** How the paper is cited. */
export const citation = `\`\`\`bibtex
@article{sundaram2026teaching,
  title = {Teaching Models to Teach Themselves: Reasoning at the Edge of Learnability},
  author = {Sundaram and Quan and Kwiatkowski and Ahuja and Ollivier and Kempe},
  journal = {arXiv preprint arXiv:2601.18778},
  year = {2026}
}
\`\`\``;
