import { columnHint } from "./column-hint.js";

/** Columns that a user names; each has usual names that are looked for where it is left out. */
export interface SampleColumns {
  /** What the problem is called: an id, or its text. Usual: problem, problem_id, id, task_id, question. */
  problem?: string;
  /**
   * The verdict on one sample (true, false, 1, 0) or a list of verdicts; beside `samples`, the number of right ones.
   * Named without `samples`, it is verdicts. Usual: correct, is_correct, passed, solved; c beside n.
   */
  correct?: string;
  /** The number of samples of the problem, in a file of counts. Usual: samples, n, tried. */
  samples?: string;
  /**
   * The reference answer; the last box of it where it has one. Usual: gold, reference, and answer where there is neither.
   */
  gold?: string;
  /** A completion with a boxed answer, or a list of them. Usual: completion, response, completions, responses. */
  completion?: string;
  /** An answer without a box, where there is no completion. Usual: answer, beside gold or reference. */
  answer?: string;
}

/** Where a table's rows have what pass@k needs. */
export type SampleForm = {
  problem: string;
  /** Further columns that by their name could be the problem's, and must agree with it. */
  alsoProblem: readonly string[];
} & (
  | { kind: "counts"; samples: string; correct: string }
  | { kind: "verdicts"; correct: string }
  /** `isExtracted`: the answers have to be found in completions first. */
  | { kind: "ungraded"; gold: string; answers: string; isExtracted: boolean }
);

const usual = {
  problem: ["problem", "problem_id", "id", "task_id", "question"],
  correct: ["correct", "is_correct", "passed", "solved"],
  samples: ["samples", "n", "tried"],
  gold: ["gold", "reference"],
  completion: ["completion", "response", "completions", "responses"],
};

/**
 * Reads off a table's first row which of the three forms it is of (counts, verdicts, or answers to grade) and which
 * columns hold what. Columns that were named come first; then counts are taken before verdicts, and verdicts before
 * answers to grade.
 *
 * @param place where the row stands, for errors
 * @throws Error where a named column is not there, where two columns could be meant, or where something is missing
 */
export function sampleColumns(
  row: Record<string, unknown>,
  place: string,
  columns: SampleColumns = {},
): SampleForm {
  const error = (message: string) => new Error(`${place}: ${message}`);
  for (const [role, name] of Object.entries(columns)) {
    if (!(role in holds)) {
      throw error(`columns: "${role}" is unknown; expected ${Object.keys(holds).join(", ")}.`);
    }
    if (name !== undefined && !(name in row)) throw error(`no column "${name}"; ${shown(row)}.`);
  }
  const pick = (role: keyof typeof usual) => {
    const found = columns[role] === undefined ? usual[role].filter(name => name in row) : [columns[role]];
    if (found.length < 2) return found[0];
    throw error(
      `both "${found[0]}" and "${found[1]}" could be the ${holds[role]}; ${shown(row)}. ${columnHint(role)}`,
    );
  };
  const missing = (role: keyof typeof usual, more = "") => {
    const names = usual[role].join(", ");
    return error(`no column for the ${holds[role]} (${names})${more}; ${shown(row)}. ${columnHint(role)}`);
  };

  const named = usual.problem.filter(name => name in row);
  const problem = columns.problem ?? named[0];
  if (problem === undefined) throw missing("problem");
  const base = { problem, alsoProblem: columns.problem === undefined ? named.slice(1) : [] };

  const wantsGrading = ["gold", "completion", "answer"].some(role => columns[role as "gold"] !== undefined);
  if (columns.correct !== undefined || columns.samples !== undefined || !wantsGrading) {
    // Who names the column of verdicts alone has verdicts, whatever else there is.
    const isVerdicts = columns.correct !== undefined && columns.samples === undefined;
    const samples = isVerdicts ? undefined : pick("samples");
    const correct = pick("correct") ?? (samples !== undefined && "c" in row ? "c" : undefined);
    // A flag beside a number of samples is the verdict on one of them.
    const isFlag =
      columns.samples === undefined && /^\s*(?:true|false)\s*$/i.test(String(row[correct ?? ""]));
    if (samples !== undefined && correct !== undefined && !isFlag) {
      return { ...base, kind: "counts", samples, correct };
    }
    if (columns.samples !== undefined) throw missing("correct");
    if (correct !== undefined) return { ...base, kind: "verdicts", correct };
  }

  const reference = pick("gold");
  const gold = reference ?? ("answer" in row && columns.answer !== "answer" ? "answer" : undefined);
  const completion = columns.answer === undefined ? pick("completion") : undefined;
  const answer = columns.answer ?? (gold !== "answer" && "answer" in row ? "answer" : undefined);
  const answers = completion ?? answer;
  if (gold !== undefined && answers !== undefined) {
    return { ...base, kind: "ungraded", gold, answers, isExtracted: completion !== undefined };
  }
  if (gold !== undefined) throw missing("completion", ` beside the reference in "${gold}"`);
  if (answers !== undefined) throw missing("gold", ` beside the answers in "${answers}"`);
  throw missing("correct", " nor completions with a reference to grade");
}

/** How each column is named by hand, and what it holds. */
const holds = {
  problem: "problem",
  correct: "verdict",
  samples: "number of samples",
  gold: "reference",
  completion: "completion",
  answer: "answer",
};

function shown(row: Record<string, unknown>): string {
  const names = Object.keys(row);
  return `it has: ${names.slice(0, 12).join(", ")}${names.length > 12 ? ", ..." : ""}`;
}
