import { basename } from "node:path";
import type { AnswerRules } from "./answer-rules.js";
import { buildPool, type ProblemColumns } from "./build-pool.js";
import type { Pool } from "./pool.js";
import { readRows } from "./read-rows.js";

export interface LoadProblemsParams {
  /** A .jsonl, .json, .csv, .tsv or .parquet file, or a .zip with one of them. */
  path: string;
  /** Which column holds what. Default: `question`, `answer`, `level`, `subject`, `solution`. */
  columns?: Partial<ProblemColumns>;
  /** Name of the source, a part of every id. Default: the file's name without its extension. */
  source?: string;
  /** Default "". */
  split?: string;
  /** Whether a list of values is kept out. Default false. */
  single?: boolean;
  /** How answers are read and checked. Default: those of maths, the last box of a solution and what the grader can parse. */
  answers?: AnswerRules;
}

/**
 * Problems from a user's own table. If no answer column is named and the table has none called `answer`, the answer is
 * read out of the solution.
 *
 * @throws Error naming path, row and column.
 */
export async function loadProblems({
  path,
  columns,
  source = basename(path).replace(/\..*$/, ""),
  split = "",
  single = false,
  answers,
}: LoadProblemsParams): Promise<Pool> {
  const rows = await readRows(path);
  const first = rows[0]?.value ?? {};
  const chosen: ProblemColumns = {
    question: "question",
    level: "level",
    subject: "subject",
    solution: "solution",
    ...columns,
  };
  if (chosen.answer === undefined && "answer" in first) chosen.answer = "answer";
  const has = Object.keys(first).join(", ");
  if (rows.length > 0 && chosen.answer === undefined && !(chosen.solution! in first)) {
    throw new Error(
      `${path}: no column for the answer or the solution; it has: ${has}. Name one in \`columns\`.`,
    );
  }
  // A column that was named is meant to be there, at least in some rows; one of the default names need not be.
  for (const [name, column] of Object.entries(columns ?? {})) {
    if (rows.length > 0 && column !== undefined && !rows.some(({ value }) => column in value)) {
      throw new Error(`${path}: no row has the column "${column}" for the ${name}; the first has: ${has}.`);
    }
  }
  const pool = buildPool({ path, rows, columns: chosen, source, split, isSingle: () => single, answers });
  return { ...pool, provenance: { source, split, files: [path] } };
}
