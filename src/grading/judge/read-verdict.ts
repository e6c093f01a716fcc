import { z } from "zod";
import { type QuestionVerdict, questionVerdictSchema } from "../question-verdict.js";
import { lastJsonObject } from "./last-json-object.js";

/** Result of reading a judge's answer. */
export type VerdictReading =
  | { verdict: QuestionVerdict; problem?: undefined }
  /** Why the answer is not a verdict, in words for the judge. */
  | { verdict?: undefined; problem: string };

/** Judges also answer with a bare number, or with null if there is no answer. */
const givenSchema = questionVerdictSchema.extend({
  verifiedAnswer: z
    .union([z.string(), z.number()], { error: "expected a string" })
    .nullable()
    .transform(answer => latex(String(answer ?? "N/A"))),
});

/**
 * Reads a judge's verdict from its answer: the last JSON object after its thinking, in a code fence, in prose or
 * alone. A self-contradicting verdict is rejected. Takes time linear in the answer and never throws.
 */
export function readVerdict(answer: string): VerdictReading {
  const thoughtEnd = answer.lastIndexOf("</think>");
  // Text in unfinished thinking may be a draft.
  if (thoughtEnd < 0 && /^\s*<think>/.test(answer)) return { problem: "it ends before its thinking does" };
  const text = lastJsonObject(thoughtEnd < 0 ? answer : answer.slice(thoughtEnd));
  if (text === undefined) return { problem: "it holds no JSON object" };
  const value = parse(text) ?? parse(mended(text));
  if (value === undefined) return { problem: "its JSON object is not valid JSON" };
  const parsed = givenSchema.safeParse(value);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
    return { problem: issues.join("; ") };
  }
  const problem = contradiction(parsed.data);
  return problem === undefined ? { verdict: parsed.data } : { problem };
}

function contradiction({ isWellPosed, isCorrect, errorType }: QuestionVerdict): string | undefined {
  if (isCorrect && !isWellPosed) return "isCorrect is true, though isWellPosed is false";
  if (isCorrect !== (errorType === "None"))
    return `isCorrect is ${isCorrect}, though errorType is "${errorType}"`;
  const isPosedWrongly = errorType === "Ill_Posed" || errorType === "Ambiguous";
  if (isWellPosed === isPosedWrongly)
    return `isWellPosed is ${isWellPosed}, though errorType is "${errorType}"`;
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Repairs common mistakes of models in JSON strings: single backslashes of LaTeX, raw line breaks. */
function mended(text: string): string {
  return text.replace(/\\(["\\/])|\\/g, (both, escaped) => (escaped ? both : "\\\\")).replace(/\s/g, " ");
}

/** A command of LaTeX whose backslash was written once was read as an escape: \frac as a form feed and "rac". */
function latex(answer: string): string {
  const letters: Record<string, string> = { "\b": "b", "\f": "f", "\t": "t", "\r": "r" };
  return answer.replace(/[\b\f\t\r](?=[a-z])/g, read => `\\${letters[read]}`);
}
