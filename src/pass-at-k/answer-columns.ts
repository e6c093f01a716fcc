import { findColumns, usualColumns } from "../problems/find-columns.js";
import { ColumnError } from "./column-error.js";

/** Columns that a user names; each has usual names that are looked for if it is left out, in upper or lower case. */
export interface AnswerColumns {
  /**
   * The right answer; the last box of it if it has one. Usual: gold, reference; else target, ground_truth, solution;
   * else answer.
   */
  answer?: string;
  /**
   * Completions with a boxed answer: a text, messages (`[{role, content}]`), an answer of OpenAI's API, or a list of
   * these. Usual: completion, response, completions, responses, choices.
   */
  completion?: string;
  /** The model's answer without a box, or a list of them. Usual: given; answer, beside gold or reference. */
  given?: string;
}

/** The columns of a row's right answer and of what to grade: at least one of `completion` and `given`. */
export interface FoundAnswerColumns {
  answer: string;
  completion?: string;
  given?: string;
}

/**
 * Reads off a table's first row which columns hold the right answer and what to grade.
 *
 * @param place position of the row, for errors
 * @throws ColumnError if one of them is missing, or two columns could be meant
 */
export function answerColumns(
  row: Record<string, unknown>,
  place: string,
  columns: AnswerColumns = {},
): FoundAnswerColumns {
  const completion =
    columns.completion ??
    (columns.given === undefined ? pickColumn(row, place, "completion", columns) : undefined);
  const found = pickColumn(row, place, "answer", columns);
  const answer = found === columns.given ? undefined : found;
  const given = columns.given ?? findColumns(row, "given").find(name => name !== answer);
  const graded = completion ?? given;
  if (answer !== undefined && graded !== undefined) return { answer, completion, given };
  if (answer !== undefined) throw missing(row, place, "completion", ` beside the reference in "${answer}"`);
  throw missing(row, place, "answer", graded && ` beside the answers in "${graded}"`);
}

type Role = keyof typeof columnHolds & keyof typeof usualColumns;

/**
 * The column that is named for a role, or the one that has a usual name of it; undefined if there is none.
 * @throws ColumnError if two columns have usual names of it
 */
export function pickColumn(
  row: Record<string, unknown>,
  place: string,
  role: Role,
  columns: Partial<Record<Role, string>>,
): string | undefined {
  if (columns[role] !== undefined) return columns[role];
  const [first, second] = findColumns(row, role);
  if (second === undefined) return first;
  throw new ColumnError(
    `${place}: both "${first}" and "${second}" could be the ${columnHolds[role]}; ${shown(row)}.`,
    role,
  );
}

/** The error that a row has no column for a role. */
export function missing(row: Record<string, unknown>, place: string, role: Role, more = ""): ColumnError {
  const names = usualColumns[role].flat().join(", ");
  return new ColumnError(
    `${place}: no column for the ${columnHolds[role]} (${names})${more}; ${shown(row)}.`,
    role,
  );
}

/** What each column that can be named holds. */
const columnHolds = {
  problem: "problem",
  correct: "verdict",
  samples: "number of samples",
  answer: "reference",
  completion: "completion",
  given: "answer given",
};

/** @throws Error if a named column does not exist, or its role is not a known one */
export function checkNamedColumns(row: Record<string, unknown>, place: string, columns: object): void {
  for (const [role, name] of Object.entries(columns)) {
    if (!(role in columnHolds)) {
      const known = Object.keys(columnHolds).join(", ");
      throw new Error(`${place}: columns: "${role}" is unknown; expected ${known}.`);
    }
    if (name !== undefined && !(name in row))
      throw new Error(`${place}: no column "${name}"; ${shown(row)}.`);
  }
}

function shown(row: Record<string, unknown>): string {
  const names = Object.keys(row);
  return `it has: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", ..." : ""}`;
}
