import { createHash } from "node:crypto";
import type { Problem } from "../problems/problem.js";
import { createRandom } from "../util/random.js";
import { formatAnswer, formatQuestion, maxTerms, modulus, styles } from "./chain.js";
import { randomChain } from "./random-chain.js";

export interface GymProblemsParams {
  count: number;
  /** Numbers of terms to draw from; the gym's hard ones have 6 or 7. */
  terms: readonly number[];
  seed: number;
  /** Probability that a term is subtracted, drawn from per problem. */
  minus?: readonly number[];
}

/**
 * Distinct random problems of the gym.
 * @throws Error if the notation lacks a number of terms, or there are fewer problems than requested
 */
export function gymProblems({ count, terms, seed, minus }: GymProblemsParams): Problem[] {
  const wrong = terms.find(k => !Number.isInteger(k) || k < 2 || k > maxTerms);
  if (wrong !== undefined || terms.length === 0) {
    throw new Error(`gymProblems: terms is [${terms}]; expected whole numbers from 2 to ${maxTerms}.`);
  }
  const distinct = [...new Set(terms)].reduce((sum, k) => sum + chainCount(k), 0);
  if (!Number.isInteger(count) || count < 0 || count > distinct) {
    throw new Error(
      `gymProblems: count is ${count}; expected a whole number from 0 to ${distinct}, all there are with terms [${terms}].`,
    );
  }
  const random = createRandom(`gym-problems/${seed}`);
  const problems = new Map<string, Problem>();
  while (problems.size < count) {
    const chain = randomChain({ random, terms: random.pick(terms), minus: minus && random.pick(minus) });
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

/** How many questions of so many terms there are: the terms after the first have a sign, and no digit 0. */
function chainCount(terms: number): number {
  return styles.length * modulus * (2 * (modulus - 1)) ** (terms - 1);
}
