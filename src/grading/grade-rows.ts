import { type Frame, frameTextRows, isFrame } from "../util/frame-rows.js";
import { type CreateGraderParams, createGrader, type Grader } from "./create-grader.js";
import type { ExtractionOptions } from "./extract-answer.js";
import { scoreAnswers } from "./score-answers.js";
import type { Verdict } from "./verdict.js";

/** A row to grade: the right answer, and the given one or a completion to take it from. */
export interface RowToGrade {
  /** The right answer; its last box if it has one. */
  answer: string;
  /** The answer to grade, without \boxed{}. */
  given?: string;
  /** A completion; used if there is no given answer. */
  completion?: string;
  /** Largest difference of two numbers that counts as equal, if the data set gives one; a list has one per value. */
  tolerance?: number | readonly number[];
}

export interface GradedRow {
  answer: string;
  /** The answer graded, given or extracted; undefined if the completion has none. */
  given: string | undefined;
  verdict: Verdict;
}

export interface GradeRowsSummary {
  rows: GradedRow[];
  /** Share of rows that are `equal`; NaN without rows. */
  accuracy: number;
  counts: Record<Verdict["verdict"], number>;
  /** Indices of rows that need a human: undecided, timed out, or with a right answer that does not parse. */
  doubtful: number[];
}

export interface GradeRowsParams extends CreateGraderParams, ExtractionOptions {
  /** Or a danfojs DataFrame with the columns answer, and given or completion. */
  rows: readonly RowToGrade[] | Frame;
  /** A grader to use; by default one is created and closed. */
  grader?: Grader;
}

/**
 * Grades rows, in order, on all cores, and summarises the verdicts.
 * @throws TypeError naming the row if its right answer, given answer or completion is not text
 */
export async function gradeRows({
  rows: source,
  grader,
  ways,
  boxes,
  drafts,
  ...params
}: GradeRowsParams): Promise<GradeRowsSummary> {
  const rows = (isFrame(source) ? frameTextRows(source) : source) as readonly RowToGrade[];
  for (const [i, row] of rows.entries()) checkRow(row, i);
  const used = grader ?? createGrader(params);
  try {
    const scored = await scoreAnswers({
      rows,
      grade: used.grade,
      ways,
      boxes,
      drafts,
    });
    const counts = { equal: 0, different: 0, undecided: 0, unparsed: 0, timeout: 0 };
    for (const { verdict } of scored) counts[verdict.verdict]++;
    return {
      rows: scored.map(({ answer, given, verdict }) => ({ answer, given, verdict })),
      accuracy: counts.equal / rows.length,
      counts,
      doubtful: scored.flatMap(({ verdict }, i) => (isDoubtful(verdict) ? [i] : [])),
    };
  } finally {
    if (!grader) await used.close();
  }
}

function isDoubtful({ verdict, unparsed }: Verdict): boolean {
  return verdict === "undecided" || verdict === "timeout" || unparsed === "answer";
}

function checkRow(row: RowToGrade, i: number): void {
  if ("gold" in row)
    throw new TypeError(
      `gradeRows: row ${i} has "gold"; the right answer is "answer", the one to grade "given"`,
    );
  for (const name of ["answer", "given", "completion"] as const) {
    if (typeof row[name] === "string" || (name !== "answer" && row[name] === undefined)) continue;
    throw new TypeError(`gradeRows: row ${i}: "${name}" is ${JSON.stringify(row[name])}, expected text`);
  }
}
