import { compareAnswers } from "./compare-answers.js";
import type { ComparisonResult } from "./comparison-result.js";
import { describeAnswer } from "./describe-answer.js";
import { normaliseAnswer } from "./normalise-answer.js";
import { parseAnswer } from "./parse-answer.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { UnparsedError } from "./to-expression.js";
import type { Verdict } from "./verdict.js";

export interface GradeAnswerParams {
  /** The reference answer, without \boxed{}. */
  gold: string;
  /** The answer to grade, without \boxed{}. */
  answer: string;
}

/**
 * Grades one answer in the calling thread: normalise, parse, compare. Never throws, and its work is bounded by the sizes
 * that it accepts; where untrusted answers come by the thousand, `createGrader` adds a time limit from outside.
 */
export function gradeAnswer({ gold, answer }: GradeAnswerParams): Verdict {
  const started = performance.now();
  const verdict = grade(gold, answer);
  return { ...verdict, ms: performance.now() - started };
}

/** Longer texts are not even normalised: no answer is so long. */
const maxNormalised = 24_000;

function grade(gold: string, answer: string): Omit<Verdict, "ms"> {
  const short = gold.length <= maxNormalised && answer.length <= maxNormalised;
  const same = gold === answer || (short && normaliseAnswer(gold) === normaliseAnswer(answer));
  if (same && normaliseAnswer(gold.slice(0, maxNormalised)) !== "")
    return { verdict: "equal", method: "identical" };
  const parsedGold = tryParse(gold);
  if (typeof parsedGold === "string") {
    return { verdict: "unparsed", method: "none", unparsed: "gold", reason: `the reference: ${parsedGold}` };
  }
  const goldForm = describeAnswer(parsedGold);
  const parsed = tryParse(answer);
  if (typeof parsed === "string") {
    return {
      verdict: "unparsed",
      method: "none",
      unparsed: "answer",
      goldForm,
      reason: `the answer: ${parsed}`,
    };
  }
  const forms = { goldForm, answerForm: describeAnswer(parsed) };
  let comparison: ComparisonResult;
  try {
    comparison = compareAnswers(parsedGold, parsed);
  } catch (error) {
    // Of what is thrown on purpose, nothing gets here; what remains is a stack too deep or a number too large.
    const reason = `the comparison failed: ${error instanceof Error ? error.message : String(error)}`;
    return { verdict: "undecided", method: "none", ...forms, reason };
  }
  const { equal, method } = comparison;
  return { verdict: equal === undefined ? "undecided" : equal ? "equal" : "different", method, ...forms };
}

const cache = new Map<string, ParsedAnswer | string>();
const cacheSize = 2000;

/** The parsed answer, or why there is none; remembered, because a reference meets many answers. */
function tryParse(text: string): ParsedAnswer | string {
  const known = cache.get(text);
  if (known !== undefined) return known;
  let result: ParsedAnswer | string;
  try {
    result = parseAnswer(text);
  } catch (error) {
    result =
      error instanceof UnparsedError ? error.message : `the parser failed: ${String(error).slice(0, 120)}`;
  }
  if (text.length <= 1000) {
    if (cache.size >= cacheSize) cache.clear();
    cache.set(text, result);
  }
  return result;
}
