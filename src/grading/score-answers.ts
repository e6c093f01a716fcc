import { type ExtractionOptions, extractAnswer } from "./extract-answer.js";
import { extractBoxed } from "./extract-boxed.js";
import type { GradeAnswerParams } from "./grade-answer.js";
import { studentReward } from "./student-reward.js";
import type { Verdict } from "./verdict.js";
import { withoutDrafts } from "./without-drafts.js";

/** A completion, or an already extracted answer, with the right answer to compare it with. */
export interface RowToScore {
  /** The right answer; its last box if it has one. */
  answer: string;
  /** What the model wrote. */
  completion?: string;
  /** The final answer, if it need not be read from the completion; its last box if it has one. */
  given?: string;
  /** Largest difference of two numbers that counts as equal, if the data set gives one; a list has one per value. */
  tolerance?: number | readonly number[];
}

export interface ScoredAnswer {
  correct: boolean;
  /** 120, 20, 10 or 0 (App. B.3). It counts only the completion's boxed answer, whatever `ways` is. */
  reward: number;
  /** The right answer without a box. */
  answer: string;
  /** The answer given, without a box; undefined if the completion has none. */
  given: string | undefined;
  verdict: Verdict;
}

export interface ScoreAnswersParams extends ExtractionOptions {
  rows: readonly RowToScore[];
  /** Grades pairs, in order. */
  grade(pairs: readonly GradeAnswerParams[]): Promise<Verdict[]>;
}

/**
 * The one way from completions to scores of answers that have to equal a right answer: reads each completion's answer,
 * grades each distinct pair once, and returns its reward. Order is kept.
 */
export async function scoreAnswers({
  rows,
  grade,
  ...extraction
}: ScoreAnswersParams): Promise<ScoredAnswer[]> {
  const read = rows.map(row => readRow(row, extraction));
  const places = new Map<string, number>();
  const pairs: GradeAnswerParams[] = [];
  const placeOf = read.map(({ answer, given, tolerance }) => {
    if (given === undefined) return undefined;
    const key = `${tolerance ?? ""} ${answer.length} ${answer}${given}`;
    const place = places.get(key) ?? pairs.push({ answer, given, tolerance }) - 1;
    places.set(key, place);
    return place;
  });
  const verdicts = await grade(pairs);
  return read.map((row, i) => score(row, placeOf[i] === undefined ? noAnswer : verdicts[placeOf[i]]!));
}

/** `scoreAnswers` for one row, graded in the calling thread. */
export function scoreAnswer(
  row: RowToScore,
  grade: (pair: GradeAnswerParams) => Verdict,
  extraction: ExtractionOptions = {},
): ScoredAnswer {
  const read = readRow(row, extraction);
  const { answer, given, tolerance } = read;
  return score(read, given === undefined ? noAnswer : grade({ answer, given, tolerance }));
}

const noAnswer: Verdict = {
  verdict: "unparsed",
  method: "none",
  reason: "the completion has no answer",
  ms: 0,
};

interface ReadRow {
  answer: string;
  completion: string;
  given: string | undefined;
  isBoxed: boolean;
  tolerance: number | readonly number[] | undefined;
}

function readRow(
  { answer, completion = "", given, tolerance }: RowToScore,
  extraction: ExtractionOptions,
): ReadRow {
  const found =
    given === undefined
      ? extractAnswer({ ...extraction, text: completion })
      : { answer: withoutBox(given), by: "boxed" };
  return {
    answer: withoutBox(answer),
    completion: extraction.drafts ? completion : withoutDrafts(completion),
    given: found?.answer,
    isBoxed: found?.by === "boxed",
    tolerance,
  };
}

/** The reward rule of App. B.3. An empty right answer, as a multi-turn teacher may leave, is never given or mentioned. */
function score({ answer, completion, given, isBoxed }: ReadRow, verdict: Verdict): ScoredAnswer {
  const correct = verdict.verdict === "equal" && answer !== "";
  const other = isMentioned(completion, answer) ? studentReward.mentioned : studentReward.boxed;
  const boxed = correct ? studentReward.correct : other;
  return { correct, reward: isBoxed ? boxed : studentReward.none, answer, given, verdict };
}

/**
 * Whether a text has the right answer as a token of its own: 4 is in "it is 4.", and not in 42, in 1.4, in \\frac{4}{5} or
 * in a list of five and more numbers, which would mention them all.
 */
function isMentioned(text: string, answer: string): boolean {
  if (answer === "") return false;
  const read = text.replace(/(?<![\d.])-?\d[\d.]*(?:(?:\s*[,;]\s*|\s+)-?\d[\d.]*){4,}/g, " ");
  for (let at = read.indexOf(answer); at >= 0; at = read.indexOf(answer, at + 1)) {
    const [before, after] = [read.slice(Math.max(0, at - 6), at), read.slice(at + answer.length)];
    const isStart = !/[\p{L}\d_^]$|\d[.,:/]$|[\p{L}\d})][-+*/^]$|(?:frac|sqrt|binom)\{$|-$/u.test(before);
    const isEnd = !/^(?:[\p{L}\d_^!]|[.,:/]\d|[-+*/][\p{L}\d\\(]|\}\{|\\[a-z])/u.test(after);
    if (isStart && isEnd) return true;
  }
  return false;
}

function withoutBox(answer: string): string {
  return answer.includes("\\boxed") ? (extractBoxed(answer) ?? answer) : answer;
}
