import { compareAnswers } from "./compare-answers.js";
import { describeAnswer } from "./describe-answer.js";
import { normaliseAnswer } from "./normalise-answer.js";
import { parseAnswer } from "./parse-answer.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { UnparsedError } from "./to-expression.js";
import type { Verdict } from "./verdict.js";
import { BudgetError, withBudget } from "./work-budget.js";

export interface GradeAnswerParams {
  /** The right answer, without \boxed{}. */
  answer: string;
  /** The answer to grade, without \boxed{}. */
  given: string;
  /** Largest difference of two numbers that counts as equal, if the data set gives one; a list has one per value. */
  tolerance?: number | readonly number[];
  /** Work for the answer, in milliseconds of one core, from 1 to 1,000; counted, not timed. Default 200. */
  budgetMs?: number;
}

/** Longer texts are not even normalised: no answer is so long. */
const maxNormalised = 24_000;

/**
 * Grades one answer in the calling thread: normalise, parse, compare. Never throws for an answer. Its work is counted, and
 * ends in the verdict `timeout` when the budget is used up; the same answers get the same verdict on a busy machine.
 *
 * @throws RangeError if the tolerance is negative or the budget out of range.
 */
export function gradeAnswer({ answer, given, tolerance = 0, budgetMs = 200 }: GradeAnswerParams): Verdict {
  if (![tolerance].flat().every(x => x >= 0))
    throw new RangeError(`gradeAnswer: tolerance is ${tolerance}; expected 0 or more.`);
  if (!(budgetMs >= 1 && budgetMs <= 1000))
    throw new RangeError(`gradeAnswer: budgetMs is ${budgetMs}; expected 1 to 1000.`);
  const started = performance.now();
  const verdict = grade(answer, given, tolerance, budgetMs);
  return { ...verdict, ms: performance.now() - started };
}

function grade(
  answer: string,
  given: string,
  tolerance: number | readonly number[],
  budgetMs: number,
): Omit<Verdict, "ms"> {
  if (isSameText(answer, given)) return { verdict: "equal", method: "identical" };
  const right = parse(answer, budgetMs);
  if (right.problem) return failure("answer", right.problem);
  const answerForm = describeAnswer(right.parsed);
  const other = parse(given, budgetMs);
  if (other.problem) return { ...failure("given", other.problem), answerForm };
  const forms = { answerForm, givenForm: describeAnswer(other.parsed) };
  try {
    const { equal, method } = withBudget(budgetMs, () =>
      compareAnswers(right.parsed, other.parsed, { tolerance }),
    );
    return { verdict: equal === undefined ? "undecided" : equal ? "equal" : "different", method, ...forms };
  } catch (error) {
    if (error instanceof BudgetError)
      return { verdict: "timeout", method: "none", ...forms, reason: "the comparison takes too much work" };
    // Only stack overflows and oversized numbers reach this.
    const reason = `the comparison failed: ${error instanceof Error ? error.message : String(error)}`;
    return { verdict: "undecided", method: "none", ...forms, reason };
  }
}

/** Whether both are the same text, if the answer can be a text at all. */
function isSameText(answer: string, given: string): boolean {
  if (answer.length > maxNormalised || given.length > maxNormalised)
    return answer === given && answer.trim() !== "";
  const normal = normaliseAnswer(given);
  return normal !== "" && normal === normaliseAnswer(answer);
}

interface Problem {
  verdict: "unparsed" | "timeout";
  reason: string;
}

type Parsed = { parsed: ParsedAnswer; problem?: undefined } | { problem: Problem };

function failure(unparsed: "answer" | "given", { verdict, reason }: Problem): Omit<Verdict, "ms"> {
  const which = unparsed === "answer" ? "right" : "given";
  return { verdict, method: "none", reason: `the ${which} answer: ${reason}`, unparsed };
}

const cache = new Map<string, Parsed>();
const cacheSize = 2000;

/** The parsed answer, or why it does not parse; cached, because one right answer meets many given ones. */
function parse(text: string, budgetMs: number): Parsed {
  const known = cache.get(text);
  if (known !== undefined) return known;
  let result: Parsed;
  try {
    result = { parsed: withBudget(budgetMs, () => parseAnswer(text)) };
  } catch (error) {
    if (error instanceof BudgetError) return { problem: { verdict: "timeout", reason: error.message } };
    const reason =
      error instanceof UnparsedError ? error.message : `the parser failed: ${String(error).slice(0, 120)}`;
    result = { problem: { verdict: "unparsed", reason } };
  }
  if (text.length <= 1000) {
    if (cache.size >= cacheSize) cache.clear();
    cache.set(text, result);
  }
  return result;
}
