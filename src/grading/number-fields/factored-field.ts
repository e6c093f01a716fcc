import { type Field, UnsupportedError } from "../evaluate-expression.js";
import type { Rational } from "../expression.js";
import { spend } from "../work-budget.js";
import { rational } from "./rational.js";
import { rationalField } from "./rational-field.js";

/**
 * A real number as a product of powers, which is never written out: 2^{65536} is one entry. Zero has the sign 0 and no
 * powers. The bases are primes, or numbers without a prime factor below `maxPrime`; the exponents are fractions, not 0.
 */
export interface Factored {
  sign: -1 | 0 | 1;
  powers: Map<bigint, Rational>;
}

const maxPrime = 2000;
const maxFactorial = 20_000;
const one: Rational = { n: 1n, d: 1n };

/** Exact products, quotients, powers, real roots, factorials and binomials of any size; sums where they factor. */
export const factoredField: Field<Factored> = {
  rational: ({ n, d }) => {
    if (n === 0n) return { sign: 0, powers: new Map() };
    const powers = factorise(n < 0n ? -n : n);
    for (const [base, exponent] of factorise(d)) powers.set(base, rationalField.negate(exponent));
    return { sign: n < 0n ? -1 : 1, powers };
  },
  constant: name => {
    throw new UnsupportedError(`${name} is not a product of powers`);
  },
  add: (a, b) => {
    if (a.sign === 0) return b;
    if (b.sign === 0) return a;
    // a + b = b (a / b + 1), if the quotient can be written out.
    const quotient = rationalField.add(toRational(divide(a, b)), one);
    return multiply(b, factoredField.rational(quotient));
  },
  multiply,
  divide,
  negate,
  power: (base, exponent) => {
    const { n, d } = toRational(exponent);
    if (base.sign === 0) {
      if (n <= 0n) throw new UnsupportedError("zero to a power of zero or less");
      return base;
    }
    if (base.sign < 0 && d % 2n === 0n) throw new UnsupportedError("an even root of a negative number");
    const powers = new Map<bigint, Rational>();
    if (n !== 0n) {
      for (const [prime, e] of base.powers) powers.set(prime, rationalField.multiply(e, { n, d }));
    }
    return { sign: base.sign < 0 && n % 2n !== 0n ? -1 : 1, powers };
  },
  apply: (fn, args) => {
    const [a, b] = args as [Factored, Factored];
    switch (fn) {
      case "Sqrt":
        return factoredField.power(a, factoredField.rational({ n: 1n, d: 2n }));
      case "Root":
        return factoredField.power(a, divide(factoredField.rational(one), b));
      case "Abs":
        return a.sign < 0 ? negate(a) : a;
      case "Conjugate":
        return a;
      case "Factorial":
        return factorial(natural(a));
      case "Binomial": {
        const [n, k] = [natural(a), natural(b)];
        if (k > n) return { sign: 0, powers: new Map() };
        return divide(factorial(n), multiply(factorial(k), factorial(n - k)));
      }
      default:
        throw new UnsupportedError(`${fn} is not a product of powers`);
    }
  },
};

/**
 * Whether two numbers are the same; undefined if they have different factors that are too large to factor, so that they
 * may still be the same.
 */
export function sameFactored(a: Factored, b: Factored): boolean | undefined {
  const quotient = b.sign === 0 ? undefined : divide(a, b);
  if (!quotient) return a.sign === 0;
  if (a.sign !== b.sign) return false;
  if (quotient.powers.size === 0) return true;
  const isSurelyPrime = (base: bigint) => base < BigInt(maxPrime) ** 2n;
  return [...quotient.powers.keys()].every(isSurelyPrime) ? false : undefined;
}

function multiply(a: Factored, b: Factored): Factored {
  if (a.sign === 0 || b.sign === 0) return { sign: 0, powers: new Map() };
  spend((a.powers.size + b.powers.size) / 4);
  const powers = new Map(a.powers);
  for (const [base, exponent] of b.powers) {
    const total = rationalField.add(powers.get(base) ?? { n: 0n, d: 1n }, exponent);
    if (total.n === 0n) powers.delete(base);
    else powers.set(base, total);
  }
  return { sign: a.sign === b.sign ? 1 : -1, powers };
}

function divide(a: Factored, b: Factored): Factored {
  if (b.sign === 0) throw new UnsupportedError("division by zero");
  const inverse = new Map([...b.powers].map(([base, exponent]) => [base, rationalField.negate(exponent)]));
  return multiply(a, { sign: b.sign, powers: inverse });
}

function negate(a: Factored): Factored {
  return { ...a, sign: -a.sign as Factored["sign"] };
}

function toRational({ sign, powers }: Factored): Rational {
  let value: Rational = { n: BigInt(sign), d: 1n };
  for (const [base, exponent] of powers) {
    value = rationalField.multiply(value, rationalField.power({ n: base, d: 1n }, exponent));
  }
  return value;
}

function natural(a: Factored): number {
  const { n, d } = toRational(a);
  if (d !== 1n || n < 0n || n > BigInt(maxFactorial))
    throw new UnsupportedError("not a small natural number");
  return Number(n);
}

/** Legendre's formula: the exponent of p in n! is the sum of the whole parts of n / p^k. */
function factorial(n: number): Factored {
  spend(n / 4);
  const powers = new Map<bigint, Rational>();
  const isComposite = new Uint8Array(n + 1);
  for (let p = 2; p <= n; p++) {
    if (isComposite[p]) continue;
    for (let multiple = p * p; multiple <= n; multiple += p) isComposite[multiple] = 1;
    let exponent = 0;
    for (let left = Math.floor(n / p); left > 0; left = Math.floor(left / p)) exponent += left;
    powers.set(BigInt(p), { n: BigInt(exponent), d: 1n });
  }
  return { sign: 1, powers };
}

/** Powers of the prime factors below `maxPrime`, and the rest as a separate base. */
function factorise(n: bigint): Map<bigint, Rational> {
  spend(5 + n.toString(16).length);
  const powers = new Map<bigint, Rational>();
  let left = n;
  for (let p = 2n; p < maxPrime && left > 1n; p += p === 2n ? 1n : 2n) {
    if (p * p > left) break;
    let exponent = 0n;
    while (left % p === 0n) {
      left /= p;
      exponent++;
    }
    if (exponent > 0n) powers.set(p, rational(exponent));
  }
  if (left > 1n) powers.set(left, one);
  return powers;
}
