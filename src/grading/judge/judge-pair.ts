import type { QuestionVerdict } from "../question-verdict.js";
import { fillPrompt } from "./fill-prompt.js";
import { readVerdict } from "./read-verdict.js";

/** A turn of a conversation with the judge. */
export interface JudgeMessage {
  role: "user" | "assistant";
  content: string;
}

/** Outcome of one pair. */
export type PairOutcome =
  | { verdict: QuestionVerdict }
  | { verdict?: undefined; reason: string; answer: string };

export interface JudgePairParams {
  pair: { question: string; answer: string };
  /** Wording, with {question} and {answer}. */
  prompt: string;
  /** How often the judge is asked again if its answer is not a verdict. */
  corrections: number;
  /** The judge's answer, and whether it was cut off at the longest allowed length. */
  ask(messages: readonly JudgeMessage[]): Promise<{ answer: string; isCut: boolean }>;
}

/** How much of a malformed answer the judge is shown again, from its end. */
const shownAgain = 2000;

/** Has one pair judged. A judge whose answer is not a verdict is told why and asked again. */
export async function judgePair({ pair, prompt, corrections, ask }: JudgePairParams): Promise<PairOutcome> {
  const request: JudgeMessage = { role: "user", content: fillPrompt(prompt, pair) };
  let messages = [request];
  for (let asked = 0; ; asked++) {
    const { answer, isCut } = await ask(messages);
    const { verdict, problem } = readVerdict(answer);
    if (verdict) return { verdict };
    const reason = isCut ? `it was cut off at the longest answer allowed, and ${problem}` : problem;
    if (asked >= corrections) return { reason, answer };
    // Not the second half of a character, which is not valid text and which servers refuse.
    const shown = answer.slice(-shownAgain).replace(/^[\udc00-\udfff]/, "");
    const content = `That cannot be read as a verdict: ${reason}. Answer again with the JSON object alone, as it was described.`;
    messages = [request, { role: "assistant", content: shown || "(no answer)" }, { role: "user", content }];
  }
}
