/** An exact fraction; the denominator is positive, and both have no common divisor. */
export interface Rational {
  top: bigint;
  bottom: bigint;
}

export function rational(top: bigint, bottom = 1n): Rational {
  const divisor = gcd(top < 0n ? -top : top, bottom < 0n ? -bottom : bottom) * (bottom < 0n ? -1n : 1n);
  return { top: top / divisor, bottom: bottom / divisor };
}

/** `a` and `b` under + - * /; undefined if it divides by 0. */
export function combine(a: Rational, operator: string, b: Rational): Rational | undefined {
  if (operator === "+") return rational(a.top * b.bottom + b.top * a.bottom, a.bottom * b.bottom);
  if (operator === "-") return rational(a.top * b.bottom - b.top * a.bottom, a.bottom * b.bottom);
  if (operator === "*") return rational(a.top * b.top, a.bottom * b.bottom);
  return b.top === 0n ? undefined : rational(a.top * b.bottom, a.bottom * b.top);
}

export function isEqual(a: Rational, b: Rational): boolean {
  return a.top === b.top && a.bottom === b.bottom;
}

function gcd(a: bigint, b: bigint): bigint {
  return b === 0n ? a : gcd(b, a % b);
}
