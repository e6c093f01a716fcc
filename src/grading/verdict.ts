import type { Method } from "./comparison-result.js";

/** The outcome of grading one answer against its reference. */
export interface Verdict {
  /**
   * - `equal`, `different`: decided, by `method`.
   * - `undecided`: both parsed, and neither could be shown; a human has to look.
   * - `unparsed`: one of them, or a completion's answer, could not be understood; `reason` says which and why.
   * - `timeout`: stopped after its time budget.
   */
  verdict: "equal" | "different" | "undecided" | "unparsed" | "timeout";
  /** What decided. */
  method: Method;
  /** The parsed reference in a readable form; undefined where it did not parse or was not needed. */
  goldForm?: string;
  /** The parsed answer, likewise. */
  answerForm?: string;
  /** Which of the two could not be understood; undefined if both could, or if there is no answer. */
  unparsed?: "gold" | "answer";
  /** Why it is unparsed, or what the time went to. */
  reason?: string;
  /** Time taken, in milliseconds. */
  ms: number;
}
