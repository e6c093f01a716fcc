import { findColumns } from "../problems/find-columns.js";
import {
  type AnswerColumns,
  answerColumns,
  checkNamedColumns,
  missing,
  pickColumn,
} from "./answer-columns.js";

/** Columns that a user names; each has usual names that are looked for if it is left out, in upper or lower case. */
export interface SampleColumns extends AnswerColumns {
  /**
   * The problem's name: an id, or its text. Usual: problem, problem_id, id, task_id, question, question_id,
   * example_id, doc_id, custom_id; else prompt, also as messages.
   */
  problem?: string;
  /**
   * The verdict on one sample (true, false, 1, 0, or a reward with `threshold`) or a list of verdicts; beside `samples`,
   * the number of right ones. Named without `samples`, it is verdicts. Usual: correct, is_correct, passed, solved; else
   * reward, score, exact_match; num_correct, or c beside n, in a file of counts.
   */
  correct?: string;
  /** The number of samples of the problem, in a file of counts. Usual: samples, n, tried, num_samples. */
  samples?: string;
}

/** The columns of a table that pass@k needs. */
export type SampleForm = {
  problem: string;
  /** Further columns whose names could be the problem's, and which must agree with it. */
  alsoProblem: readonly string[];
  /** What could also have been read and is not, one sentence each. */
  ignored: readonly string[];
} & (
  | { kind: "counts"; samples: string; correct: string }
  | { kind: "verdicts"; correct: string }
  /** `isExtracted`: the answers have to be found in completions first. */
  | { kind: "ungraded"; answer: string; given: string; isExtracted: boolean }
);

/**
 * Reads off a table's first row which of the three forms it is of (counts, verdicts, or answers to grade) and which
 * columns hold what. Columns that were named come first; then counts are taken before verdicts, and verdicts before
 * answers to grade.
 *
 * @param place position of the row, for errors
 * @throws Error if a named column is not there; ColumnError if two columns could be meant, or something is missing
 */
export function sampleColumns(
  row: Record<string, unknown>,
  place: string,
  columns: SampleColumns = {},
): SampleForm {
  checkNamedColumns(row, place, columns);
  const named = findColumns(row, "problem");
  const problem = columns.problem ?? named[0];
  if (problem === undefined) throw missing(row, place, "problem");
  const ignored: string[] = [];
  const base = { problem, alsoProblem: columns.problem === undefined ? named.slice(1) : [], ignored };

  const wantsGrading = gradingRoles.some(role => columns[role] !== undefined);
  if (columns.correct !== undefined || columns.samples !== undefined || !wantsGrading) {
    // If only the column of verdicts is named, the rows are verdicts, whatever else there is.
    const isVerdicts = columns.correct !== undefined && columns.samples === undefined;
    const samples = isVerdicts ? undefined : pickColumn(row, place, "samples", columns);
    const correct =
      pickColumn(row, place, "correct", columns) ?? (samples !== undefined && "c" in row ? "c" : undefined);
    // A flag beside a number of samples is the verdict on one of them.
    const isFlag =
      columns.samples === undefined && /^\s*(?:true|false)\s*$/i.test(String(row[correct ?? ""]));
    if (samples !== undefined && correct !== undefined && !isFlag) {
      return { ...base, kind: "counts", samples, correct };
    }
    if (columns.samples !== undefined) throw missing(row, place, "correct");
    if (correct !== undefined) {
      if (samples !== undefined)
        ignored.push(`"${samples}" is not read: "${correct}" is the verdict on one sample.`);
      const maybeGiven = findColumns(row, "given");
      const isReferenced = findColumns(row, "answer").some(name => !maybeGiven.includes(name));
      const ungraded = findColumns(row, "completion").find(name => name !== correct);
      if (ungraded !== undefined && columns.correct === undefined && isReferenced) {
        ignored.push(`"${ungraded}" is not graded: "${correct}" has the verdicts.`);
      }
      return { ...base, kind: "verdicts", correct };
    }
  }

  const isNothing = gradingRoles.every(
    role => columns[role] === undefined && findColumns(row, role).length === 0,
  );
  if (isNothing) throw missing(row, place, "correct", " nor completions with a reference to grade");
  const { answer, completion, given } = answerColumns(row, place, columns);
  return {
    ...base,
    kind: "ungraded",
    answer,
    given: completion ?? given!,
    isExtracted: completion !== undefined,
  };
}

const gradingRoles = ["answer", "completion", "given"] as const;
