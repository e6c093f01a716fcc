import { type Extraction, extractAnswer } from "./extract-answer.js";
import { extractBoxed } from "./extract-boxed.js";
import type { GradeAnswerParams } from "./grade-answer.js";
import { studentReward } from "./student-reward.js";
import type { Verdict } from "./verdict.js";

/** A completion, or an answer that is known already, with the right answer that it is held against. */
export interface RowToScore {
  /** The right answer; the last box of it if it has one. */
  gold: string;
  /** What the model wrote. */
  completion?: string;
  /** The final answer, if it need not be read out of the completion; the last box of it if it has one. */
  given?: string;
}

export interface ScoredAnswer {
  correct: boolean;
  /** 120, 20, 10 or 0 (App. B.3). It counts the completion's boxed answer alone, whatever `ways` says. */
  reward: number;
  /** The right answer without a box. */
  gold: string;
  /** The answer given, without a box; undefined if the completion has none. */
  given: string | undefined;
  verdict: Verdict;
}

export interface ScoreAnswersParams {
  rows: readonly RowToScore[];
  /** Grades pairs, in order. */
  grade(pairs: readonly GradeAnswerParams[]): Promise<Verdict[]>;
  /** How to find a completion's answer. Default only the last box. */
  ways?: readonly Extraction[];
}

/**
 * The one way from completions to scores of answers that have to equal a right answer: reads each completion's answer,
 * grades each distinct pair once, and says what it earns. Order is kept.
 */
export async function scoreAnswers({ rows, grade, ways }: ScoreAnswersParams): Promise<ScoredAnswer[]> {
  const read = rows.map(row => readRow(row, ways));
  const places = new Map<string, number>();
  const pairs: GradeAnswerParams[] = [];
  const placeOf = read.map(({ gold, given }) => {
    if (given === undefined) return undefined;
    const key = `${gold.length} ${gold}${given}`;
    const place = places.get(key) ?? pairs.push({ gold, answer: given }) - 1;
    places.set(key, place);
    return place;
  });
  const verdicts = await grade(pairs);
  return read.map((row, i) => score(row, placeOf[i] === undefined ? noAnswer : verdicts[placeOf[i]]!));
}

/** `scoreAnswers` for one row whose verdict is had in the calling thread. */
export function scoreAnswer(
  row: RowToScore,
  grade: (pair: GradeAnswerParams) => Verdict,
  ways?: readonly Extraction[],
): ScoredAnswer {
  const read = readRow(row, ways);
  const { gold, given } = read;
  return score(read, given === undefined ? noAnswer : grade({ gold, answer: given }));
}

const noAnswer: Verdict = {
  verdict: "unparsed",
  method: "none",
  reason: "the completion has no answer",
  ms: 0,
};

interface ReadRow {
  gold: string;
  completion: string;
  given: string | undefined;
  isBoxed: boolean;
}

function readRow({ gold, completion = "", given }: RowToScore, ways?: readonly Extraction[]): ReadRow {
  const found =
    given === undefined
      ? extractAnswer({ text: completion, ways })
      : { answer: withoutBox(given), by: "boxed" };
  return {
    gold: withoutBox(gold),
    completion,
    given: found?.answer,
    isBoxed: found?.by === "boxed",
  };
}

/** The reward rule of App. B.3. An empty right answer, as a multi-turn teacher may leave, is never given or mentioned. */
function score({ gold, completion, given, isBoxed }: ReadRow, verdict: Verdict): ScoredAnswer {
  const correct = verdict.verdict === "equal" && gold !== "";
  const isMentioned = gold !== "" && completion.includes(gold);
  const boxed = correct ? studentReward.correct : isMentioned ? studentReward.mentioned : studentReward.boxed;
  return { correct, reward: isBoxed ? boxed : studentReward.none, gold, given, verdict };
}

function withoutBox(answer: string): string {
  return answer.includes("\\boxed") ? (extractBoxed(answer) ?? answer) : answer;
}
