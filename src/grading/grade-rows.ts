import { type CreateGraderParams, createGrader, type Grader } from "./create-grader.js";
import { type Extraction, extractAnswer } from "./extract-answer.js";
import type { Verdict } from "./verdict.js";

/** A row to grade: a reference, and an answer or a completion to take it from. */
export interface RowToGrade {
  /** The reference answer; the last box of it where it has one. */
  gold: string;
  /** The answer, without \boxed{}. */
  answer?: string;
  /** A completion; used where there is no answer. */
  completion?: string;
}

export interface GradedRow {
  gold: string;
  /** The answer given or extracted; undefined where the completion has none. */
  answer: string | undefined;
  verdict: Verdict;
}

export interface GradeRowsSummary {
  rows: GradedRow[];
  /** Share of rows that are `equal`; NaN where there are none. */
  accuracy: number;
  counts: Record<Verdict["verdict"], number>;
  /** Places of rows that a human has to look at: undecided, timed out, or with a reference that does not parse. */
  doubtful: number[];
}

export interface GradeRowsParams extends CreateGraderParams {
  rows: readonly RowToGrade[];
  /** How to find a completion's answer. Default only the last box. */
  ways?: readonly Extraction[];
  /** A grader to use; else one is made, and closed. */
  grader?: Grader;
}

/** Grades rows, in order, on all cores, and sums up: the same as `soarlab grade`. */
export async function gradeRows({
  rows,
  ways,
  grader,
  ...params
}: GradeRowsParams): Promise<GradeRowsSummary> {
  const answers = rows.map(({ answer, completion }) =>
    answer === undefined ? extractAnswer({ text: completion ?? "", ways })?.answer : answer,
  );
  const golds = rows.map(({ gold }) =>
    gold.includes("\\boxed") ? (extractAnswer({ text: gold })?.answer ?? gold) : gold,
  );
  const pairs = answers.flatMap((answer, i) => (answer === undefined ? [] : [{ gold: golds[i]!, answer }]));
  const used = grader ?? createGrader(params);
  let verdicts: Verdict[];
  try {
    verdicts = await used.grade(pairs);
  } finally {
    if (!grader) await used.close();
  }
  const counts = { equal: 0, different: 0, undecided: 0, unparsed: 0, timeout: 0 };
  const doubtful: number[] = [];
  let next = 0;
  const graded = answers.map((answer, i): GradedRow => {
    const verdict: Verdict =
      answer === undefined
        ? { verdict: "unparsed", method: "none", reason: "the completion has no answer", ms: 0 }
        : verdicts[next++]!;
    counts[verdict.verdict]++;
    const isDoubtful =
      verdict.verdict === "undecided" ||
      verdict.verdict === "timeout" ||
      verdict.reason?.startsWith("the reference:") === true;
    if (isDoubtful) doubtful.push(i);
    return { gold: golds[i]!, answer, verdict };
  });
  return { rows: graded, accuracy: counts.equal / rows.length, counts, doubtful };
}
