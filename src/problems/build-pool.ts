import { createHash } from "node:crypto";
import { z } from "zod";
import { type AnswerRules, mathAnswerRules } from "./answer-rules.js";
import type { ExcludedRow, Pool } from "./pool.js";
import type { Problem } from "./problem.js";
import type { Row } from "./stream-rows.js";

/** Which column of a table holds what. A problem's answer is a column, or stands in its solution. */
export interface ProblemColumns {
  question: string;
  answer?: string;
  level?: string;
  subject?: string;
  solution?: string;
}

export interface BuildPoolParams {
  /** Name for errors: the file that the rows are from. */
  path: string;
  rows: readonly Row[];
  columns: ProblemColumns;
  source: string;
  split: string;
  /** Reads a column's value if it is not plain text. */
  read?: (name: keyof ProblemColumns, value: unknown, row: Record<string, unknown>) => unknown;
  /** A further reason to keep a row out, or undefined. */
  exclude?: (row: Record<string, unknown>) => string | undefined;
  /** How answers are read and checked. Default: those of maths. */
  answers?: AnswerRules;
  /** Whether the row says that exactly one value is expected; a list of values is then kept out. Default: it does not. */
  isSingle?: (row: Record<string, unknown>) => boolean;
  /** The tolerance of the row's answer, or of each of its answers. Default: none has one. */
  tolerance?: (row: Record<string, unknown>) => number[] | undefined;
}

const text = z.string().trim();
const optionalText = z.union([
  text,
  z.number().transform(String),
  z.bigint().transform(String),
  z.null(),
  z.undefined(),
]);

/**
 * Problems from rows. What cannot be graded is kept out and listed with its reason: no answer, one that the rules
 * of answers reject, a problem that was there before.
 *
 * @throws Error naming path, row and column if a column is missing or is not text: that is a mistake in the file or in
 * the names, not a property of one problem.
 */
export function buildPool(params: BuildPoolParams): Omit<Pool, "provenance"> {
  const { rows, columns, source, split, exclude, isSingle, answers = mathAnswerRules } = params;
  const problems: Problem[] = [];
  const excluded: ExcludedRow[] = [];
  const seen = new Map<string, number>();
  for (const { row, value } of rows) {
    const question = readColumn(params, row, value, "question") ?? "";
    const solution = readColumn(params, row, value, "solution");
    const given = columns.answer === undefined ? undefined : readColumn(params, row, value, "answer");
    const keepOut = (reason: string, answer?: string) => excluded.push({ row, reason, question, answer });
    if (question === "") {
      keepOut("the question is empty");
      continue;
    }
    const reason = exclude?.(value);
    if (reason !== undefined) {
      keepOut(reason, given);
      continue;
    }
    const found =
      columns.answer === undefined
        ? answers.fromSolution(solution ?? "")
        : given
          ? { answer: given }
          : { reason: "there is no answer" };
    if ("reason" in found) {
      keepOut(found.reason);
      continue;
    }
    const { answer } = found;
    const rejection = answers.reject(answer, isSingle?.(value) ?? false);
    if (rejection !== undefined) {
      keepOut(rejection, answer);
      continue;
    }
    const id = problemId({ source, question, answer });
    const first = seen.get(id);
    if (first !== undefined) {
      keepOut(`the same problem as row ${first}`, answer);
      continue;
    }
    seen.set(id, row);
    const level = readColumn(params, row, value, "level");
    const subject = readColumn(params, row, value, "subject");
    const tolerance = params.tolerance?.(value);
    problems.push({
      id,
      source,
      split,
      question,
      answer,
      // An empty cell of a CSV file says the same as a field that is not there.
      ...(level && { level }),
      ...(subject && { subject }),
      ...(solution && { solution }),
      ...(tolerance && { tolerance }),
    });
  }
  return { problems, excluded };
}

function readColumn(
  { path, columns, read }: BuildPoolParams,
  row: number,
  value: Record<string, unknown>,
  name: keyof ProblemColumns,
): string | undefined {
  const column = columns[name];
  if (column === undefined) return undefined;
  if (!(column in value) && (name === "question" || name === "answer")) {
    const has = Object.keys(value).slice(0, 12).join(", ");
    throw new Error(
      `${path}, row ${row}: no column "${column}" for the ${name}; it has: ${has}. Name the right one.`,
    );
  }
  const raw = read ? read(name, value[column], value) : value[column];
  const parsed = optionalText.safeParse(raw);
  if (!parsed.success) {
    const shown = JSON.stringify(raw, (_, x) => (typeof x === "bigint" ? String(x) : x))?.slice(0, 60);
    throw new Error(`${path}, row ${row}, column "${column}": expected text for the ${name}, got ${shown}.`);
  }
  return parsed.data ?? undefined;
}

/**
 * The id of a problem, from its source, question and answer and nothing else: the same on every machine, in every order,
 * and for every copy of a row. White space does not count, because formats differ in it.
 */
function problemId({
  source,
  question,
  answer,
}: {
  source: string;
  question: string;
  answer: string;
}): string {
  const content = [source, question, answer].map(text => text.replace(/\s+/g, " ").trim().normalize("NFC"));
  const prefix = source.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${prefix}-${createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16)}`;
}
