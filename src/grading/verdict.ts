import type { ComparisonMethod } from "./comparison-result.js";

/** The outcome of grading a given answer against the right one. */
export interface Verdict {
  /**
   * - `equal`, `different`: decided, by `method`.
   * - `undecided`: both parsed, but neither equality nor difference was shown; a human has to look.
   * - `unparsed`: one of them, or a completion's answer, could not be understood; `unparsed` says which, `reason` why.
   * - `timeout`: stopped when its budget was used up.
   */
  verdict: "equal" | "different" | "undecided" | "unparsed" | "timeout";
  /** What decided. */
  method: ComparisonMethod;
  /** Which of the two could not be understood, or takes too much work to parse; undefined if both could, or none is given. */
  unparsed?: "answer" | "given";
  /** The parsed right answer in a readable form; undefined if it did not parse or was not needed. */
  answerForm?: string;
  /** The parsed given answer, likewise. */
  givenForm?: string;
  /** Why it is unparsed, undecided or stopped. */
  reason?: string;
  /** Time taken, in milliseconds. */
  ms: number;
}
