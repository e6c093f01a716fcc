/**
 * The effective number of kinds of order q (Hill number) of shares that sum to 1: (sum of share^q)^(1 / (1 - q)),
 * with its limits at q = 1 (the exponential of Shannon's entropy) and infinity (one over the largest share). Small
 * orders count rare kinds in full, order 0 all alike; large ones only the commonest. 0 of no shares.
 *
 * Shares under size x machine epsilon of the largest are rounding errors of zero and left out, as they have to be: at
 * q = 0.1 a thousand shares of 1e-17 would count for 20 kinds.
 *
 * @throws RangeError where q is negative or no number
 */
export function effectiveNumber(shares: ArrayLike<number>, q: number): number {
  if (!(q >= 0)) throw new RangeError(`q = ${q}, expected a number from 0 to Infinity`);
  let largest = 0;
  for (let i = 0; i < shares.length; i++) largest = Math.max(largest, shares[i]!);
  if (largest === 0) return 0;
  if (q === Number.POSITIVE_INFINITY) return 1 / largest;
  const least = largest * shares.length * Number.EPSILON;
  const nearOne = Math.abs(q - 1) < 0.01;
  let entropy = 0;
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i]!;
    if (!(share > least)) continue;
    if (q === 1) entropy -= share * Math.log(share);
    // Near 1 the sum is nearly 1, and only its difference from 1 matters.
    else if (nearOne) sum += share * Math.expm1((q - 1) * Math.log(share));
    else sum += (share / largest) ** q;
  }
  if (q === 1) return Math.exp(entropy);
  const log = nearOne ? Math.log1p(sum) : q * Math.log(largest) + Math.log(sum);
  return Math.exp(log / (1 - q));
}
