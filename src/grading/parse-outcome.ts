import { describeAnswer } from "./describe-answer.js";
import { parseAnswer } from "./parse-answer.js";
import { UnparsedError } from "./to-expression.js";

/** Whether an answer can be understood: its parsed form, or why not. */
export interface ParseOutcome {
  parsed: boolean;
  form?: string;
  reason?: string;
}

/** Parses one answer without throwing. */
export function parseOutcome(answer: string): ParseOutcome {
  try {
    return { parsed: true, form: describeAnswer(parseAnswer(answer)) };
  } catch (error) {
    const reason = error instanceof UnparsedError ? error.message : `the parser failed: ${String(error)}`;
    return { parsed: false, reason: reason.slice(0, 200) };
  }
}
