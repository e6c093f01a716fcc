import { createHash } from "node:crypto";
import { createRandom } from "../../util/random.js";
import type { Problem } from "../problem.js";
import { formatAnswer, formatQuestion } from "./chain.js";
import { randomChain } from "./random-chain.js";

export interface GymProblemsParams {
  count: number;
  /** Numbers of terms to draw from; the gym's hard ones have 6 or 7. */
  terms: readonly number[];
  seed: number;
}

/** Distinct random problems of the gym. */
export function gymProblems({ count, terms, seed }: GymProblemsParams): Problem[] {
  const random = createRandom(`gym-problems/${seed}`);
  const problems = new Map<string, Problem>();
  while (problems.size < count) {
    const chain = randomChain({ random, terms: random.pick(terms) });
    const question = formatQuestion(chain);
    const id = `gym-${createHash("sha256").update(question).digest("hex").slice(0, 12)}`;
    problems.set(id, {
      id,
      source: "gym",
      split: "generated",
      question,
      answer: formatAnswer(chain),
      level: `k=${chain.terms.length + 1}`,
    });
  }
  return [...problems.values()];
}
