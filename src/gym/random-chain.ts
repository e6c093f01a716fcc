import type { Random } from "../util/random.js";
import { type Chain, modulus, styles } from "./chain.js";

export interface RandomChainParams {
  random: Random;
  /** Number of terms, the first included. */
  terms: number;
  /** Probability that a term is subtracted. */
  minus?: number;
  /** Least value of the terms after the first. */
  leastDigit?: 0 | 1;
}

/** A random question of so many terms. */
export function randomChain({ random, terms, minus = 0.3, leastDigit = 1 }: RandomChainParams): Chain {
  return {
    style: random.pick(styles),
    first: random.int(modulus),
    terms: Array.from({ length: terms - 1 }, () => ({
      sign: random.next() < minus ? -1 : 1,
      digit: leastDigit + random.int(modulus - leastDigit),
    })),
  };
}
