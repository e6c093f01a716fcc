import { type Field, UnsupportedError } from "../evaluate-expression.js";
import type { Rational } from "../expression.js";
import { spend } from "../work-budget.js";
import { rational } from "./rational.js";

/** Numbers with more bits than this are left to other fields. */
const maxBits = 16_000;

/** Exact fractions. Roots are exact if the number is a perfect power, odd ones of negative numbers too. */
export const rationalField: Field<Rational> = {
  rational: value => value,
  constant: name => {
    throw new UnsupportedError(`${name} is not a fraction`);
  },
  add: (a, b) => checked(a.n * b.d + b.n * a.d, a.d * b.d),
  multiply: (a, b) => checked(a.n * b.n, a.d * b.d),
  divide: (a, b) => {
    if (b.n === 0n) throw new UnsupportedError("division by zero");
    return checked(a.n * b.d, a.d * b.n);
  },
  negate: a => ({ n: -a.n, d: a.d }),
  power: (base, exponent) => {
    if (exponent.d > 60n) throw new UnsupportedError("a root of high order");
    const root = exponent.d === 1n ? base : nthRoot(base, Number(exponent.d));
    const size = exponent.n < 0n ? -exponent.n : exponent.n;
    if (root.n === 0n) {
      if (exponent.n <= 0n) throw new UnsupportedError("zero to a power of zero or less");
      return root;
    }
    const isUnit = root.d === 1n && (root.n === 1n || root.n === -1n);
    if (!isUnit && size * BigInt(bits(root.n) + bits(root.d)) > BigInt(maxBits)) {
      throw new UnsupportedError("a power too large to write out");
    }
    const small = isUnit ? size % 2n : size;
    const [n, d] = [root.n ** small, root.d ** small];
    return exponent.n < 0n ? checked(d, n) : { n, d };
  },
  apply: (fn, args) => {
    const [a, b] = args as [Rational, Rational];
    switch (fn) {
      case "Sqrt":
        return nthRoot(a, 2);
      case "Root":
        return nthRoot(a, Number(natural(b)));
      case "Abs":
        return a.n < 0n ? { n: -a.n, d: a.d } : a;
      case "Conjugate":
        return a;
      case "Floor":
        return { n: floor(a), d: 1n };
      case "Ceil":
        return { n: -floor({ n: -a.n, d: a.d }), d: 1n };
      case "Factorial": {
        const n = natural(a);
        if (n > 3000n) throw new UnsupportedError("a factorial too large to write out");
        spend(Number(n) / 2);
        let product = 1n;
        for (let i = 2n; i <= n; i++) product *= i;
        return checked(product, 1n);
      }
      case "Binomial": {
        const n = natural(a);
        let k = natural(b);
        if (k > n) return { n: 0n, d: 1n };
        if (n - k < k) k = n - k;
        if (k * BigInt(bits(n)) > BigInt(4 * maxBits))
          throw new UnsupportedError("a binomial too large to write out");
        spend(Number(k));
        let value = 1n;
        for (let i = 1n; i <= k; i++) value = (value * (n - k + i)) / i;
        return checked(value, 1n);
      }
      case "Max":
        return args.reduce((x, y) => (x.n * y.d >= y.n * x.d ? x : y));
      case "Min":
        return args.reduce((x, y) => (x.n * y.d <= y.n * x.d ? x : y));
      case "GCD":
        return args.reduce((x, y) => ({ n: gcd(natural(x), natural(y)), d: 1n }));
      case "LCM":
        return args.reduce((x, y) => {
          const [p, q] = [natural(x), natural(y)];
          return checked(p === 0n || q === 0n ? 0n : (p / gcd(p, q)) * q, 1n);
        });
      case "Mod": {
        if (b.n === 0n) throw new UnsupportedError("modulo zero");
        const times = floor(checked(a.n * b.d, a.d * b.n));
        return checked(a.n * b.d - times * b.n * a.d, a.d * b.d);
      }
      default:
        throw new UnsupportedError(`${fn} of a fraction is not one`);
    }
  },
};

function checked(n: bigint, d: bigint): Rational {
  const size = bits(n) + bits(d);
  if (size > 2 * maxBits) throw new UnsupportedError("a number too large to write out");
  // Lowest terms take a step of Euclid's algorithm for every other bit.
  spend(d === 1n ? size / 1000 : size < 128 ? 0.2 : (size / 4) * (0.2 + size / 20_000));
  return rational(n, d);
}

/** The number of bits, to within 3. */
function bits(n: bigint): number {
  const small = Number(n);
  if (Math.abs(small) < 1e300) return small === 0 ? 1 : Math.floor(Math.log2(Math.abs(small))) + 1;
  return n.toString(16).length * 4;
}

function natural(x: Rational): bigint {
  if (x.d !== 1n || x.n < 0n) throw new UnsupportedError("not a natural number");
  return x.n;
}

function floor({ n, d }: Rational): bigint {
  const quotient = n / d;
  return n < 0n && quotient * d !== n ? quotient - 1n : quotient;
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

function nthRoot(x: Rational, order: number): Rational {
  if (order < 1 || order > 60) throw new UnsupportedError("a root of high order");
  if (x.n < 0n) {
    if (order % 2 === 0) throw new UnsupportedError("an even root of a negative number");
    return rationalField.negate(nthRoot(rationalField.negate(x), order));
  }
  return { n: exactRoot(x.n, order), d: exactRoot(x.d, order) };
}

function exactRoot(n: bigint, order: number): bigint {
  if (n < 2n || order === 1) return n;
  if (bits(n) > 4000) throw new UnsupportedError("a root of a large number");
  spend(bits(n) / 20);
  const k = BigInt(order);
  // Newton's method from above.
  let x = 1n << BigInt(Math.ceil((n.toString(16).length * 4) / order) + 1);
  for (;;) {
    const next = ((k - 1n) * x + n / x ** (k - 1n)) / k;
    if (next >= x) break;
    x = next;
  }
  if (x ** k !== n) throw new UnsupportedError("not a perfect power");
  return x;
}
