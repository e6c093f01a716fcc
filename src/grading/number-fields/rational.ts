import type { Rational } from "../expression.js";

/** A fraction in lowest terms with a positive denominator; `d` must not be 0. */
export function rational(n: bigint, d = 1n): Rational {
  if (d === 1n) return { n, d };
  let a = n < 0n ? -n : n;
  let b = d < 0n ? -d : d;
  while (b > 0n) [a, b] = [b, a % b];
  if (d < 0n) a = -a;
  return { n: n / a, d: d / a };
}
