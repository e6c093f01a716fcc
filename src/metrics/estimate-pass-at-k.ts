/** How one problem was answered: `correct` of `samples`. */
export interface ProblemCount {
  /** The problem's name; its position if left out. */
  problem?: string | number;
  samples: number;
  correct: number;
}

/**
 * The unbiased estimate of pass@k for one problem, 1 - C(n - c, k) / C(n, k) with n samples of which c are correct
 * (Chen et al. 2021, "Evaluating Large Language Models Trained on Code", section 2.1): the chance that k of the n
 * samples drawn without replacement hold a correct one. In [0, 1].
 *
 * The ratio is a product of min(c, k) factors, summed as logarithms near zero, so that it neither overflows nor, as
 * 1 minus a product near 1 does, loses the digits of a small estimate.
 *
 * @throws RangeError naming the problem if a count is not a whole number, c > n, or k is not in [1, n]
 */
export function estimatePassAtK(count: ProblemCount, k: number): number {
  const { samples: n, correct: c } = count;
  const name = () => (count.problem === undefined ? "problem" : `problem ${JSON.stringify(count.problem)}`);
  if (!(Number.isInteger(n) && n >= 0)) {
    throw new RangeError(`pass@k: ${name()}: samples = ${n}, expected a whole number, at least 0`);
  }
  if (!(Number.isInteger(c) && c >= 0 && c <= n)) {
    throw new RangeError(`pass@k: ${name()}: correct = ${c}, expected a whole number in [0, ${n}]`);
  }
  if (!(Number.isInteger(k) && k >= 1)) {
    throw new RangeError(`pass@k: k = ${k}, expected a positive whole number`);
  }
  if (k > n) throw new RangeError(`pass@k: ${name()}: k = ${k} is more than its ${n} samples`);
  if (c === 0) return 0;
  if (n - c < k) return 1;
  // C(n - c, k) / C(n, k) is the product of 1 - k / i over the c largest i <= n, and likewise with c and k exchanged.
  const fewer = Math.min(c, k);
  const more = Math.max(c, k);
  let logFail = 0;
  for (let i = n - fewer + 1; i <= n; i++) logFail += Math.log1p(-more / i);
  return -Math.expm1(logFail);
}
