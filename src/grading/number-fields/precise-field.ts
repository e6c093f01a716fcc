import { BigDecimal } from "@cortex-js/compute-engine";
import { type Field, UnsupportedError } from "../evaluate-expression.js";
import type { Rational } from "../expression.js";
import { spend } from "../work-budget.js";
import { rationalField } from "./rational-field.js";

/** A complex number to `BigDecimal.precision` digits, with a bound on how far the true value is from it. */
export interface Precise {
  re: BigDecimal;
  im: BigDecimal;
  /** log10 of the largest possible distance; -Infinity if the number is exact. */
  error: number;
}

const zero = BigDecimal.ZERO;
const one = BigDecimal.ONE;
const half = BigDecimal.HALF;
/** Beyond this, arguments of trigonometric functions lose their digits. */
const maxArgument = 1e6;
/** Digits that the library's functions may get wrong at the end. */
const guardDigits = 6;

/** The largest number of places before or after the point, of all numbers since `withDigits` began. */
let extent = 0;

/**
 * Runs `work` with `digits` significant digits. Returns its result with the largest number of places before or after
 * the point that a number in it had. The setting is global in the library, hence the restoring.
 */
export function withDigits<T>(digits: number, work: () => T): { result: T; extent: number } {
  const before = BigDecimal.precision;
  BigDecimal.precision = digits;
  extent = 0;
  try {
    return { result: work(), extent };
  } finally {
    BigDecimal.precision = before;
  }
}

/**
 * Complex numbers of many digits that track their error, to distinguish what double precision cannot. Same branches as
 * `complexField`. Use inside `withDigits`.
 */
export const preciseField: Field<Precise> = {
  rational: ({ n, d }) => {
    // The library's constructor counts digits one by one.
    spendOn(n, d);
    if (d === 1n) return rounded(new BigDecimal(n), zero);
    const value = new BigDecimal(n).div(new BigDecimal(d));
    if (n !== 0n) extent = Math.max(extent, Math.abs(magnitude(value)));
    return { re: value, im: zero, error: magnitude(value) - BigDecimal.precision + 1 };
  },
  constant: name => {
    if (name === "Infinity") throw new UnsupportedError("infinity");
    if (name === "I") return { re: zero, im: one, error: Number.NEGATIVE_INFINITY };
    spendFunction();
    return computed(name === "Pi" ? BigDecimal.PI : one.exp());
  },
  add: (a, b) => {
    spend(2);
    if (far(a.re, b.re) || far(a.im, b.im))
      throw new UnsupportedError("a sum of numbers of very unlike sizes");
    return rounded(a.re.add(b.re), a.im.add(b.im), sum(a.error, b.error));
  },
  multiply,
  divide,
  negate: a => ({ ...a, re: a.re.neg(), im: a.im.neg() }),
  power,
  apply: (fn, args) => {
    const [a, b] = args as [Precise, Precise];
    switch (fn) {
      case "Sqrt":
        return sqrt(a);
      case "Root": {
        const order = realPart(b).toNumber();
        if (a.im.isZero() && a.re.isNegative() && Math.abs(order % 2) === 1) {
          return preciseField.negate(power(preciseField.negate(a), divide(exactly(one), b)));
        }
        return power(a, divide(exactly(one), b));
      }
      case "Exp":
        return exp(a);
      case "Ln":
        return ln(a);
      case "Log":
        return divide(ln(a), ln(b));
      case "Sin":
        return sine(a);
      case "Cos":
        return cosine(a);
      case "Tan":
        return divide(sine(a), cosine(a));
      case "Cot":
        return divide(cosine(a), sine(a));
      case "Sec":
        return divide(exactly(one), cosine(a));
      case "Csc":
        return divide(exactly(one), sine(a));
      case "Arcsin":
      case "Arccos": {
        spendFunction();
        const x = realPart(a);
        // Near 1 and -1 the slope grows without limit: half of the digits remain.
        const isSteep = Math.abs(x.toNumber()) > 0.99;
        return computed(fn === "Arcsin" ? x.asin() : x.acos(), (isSteep ? a.error / 2 : a.error) + 1);
      }
      case "Arctan":
        spendFunction();
        return computed(realPart(a).atan(), a.error);
      case "Abs":
        return a.im.isZero()
          ? { ...a, re: a.re.abs() }
          : sqrt(rounded(a.re.mul(a.re).add(a.im.mul(a.im)), zero, a.error + size(a) + 0.5));
      case "Conjugate":
        return { ...a, im: a.im.neg() };
      case "Degrees":
        return multiply(a, computed(BigDecimal.PI.div(new BigDecimal(180))));
      case "Factorial":
      case "Binomial":
      case "GCD":
      case "LCM":
      case "Mod":
        return preciseField.rational(rationalField.apply(fn, args.map(toWhole)));
      default:
        throw new UnsupportedError(`${fn} in high precision`);
    }
  },
};

/** A lower bound of log10 of the distance of two numbers, the error of that distance, and log10 of the larger number. */
export function distance(a: Precise, b: Precise): { gap: number; error: number; size: number } {
  const gap = rounded(a.re.sub(b.re), a.im.sub(b.im), sum(a.error, b.error));
  return { gap: size(gap) - 1, error: gap.error, size: Math.max(size(a), size(b)) };
}

/** log10 of the absolute value, rounded up; -Infinity of 0. */
function magnitude(x: BigDecimal): number {
  if (x.isZero()) return Number.NEGATIVE_INFINITY;
  if (!x.isFinite()) throw new UnsupportedError("not a finite number");
  const { significand, exponent } = x;
  return exponent + (significand < 0n ? -significand : significand).toString().length;
}

function size(a: Precise): number {
  return Math.max(magnitude(a.re), magnitude(a.im)) + (a.im.isZero() ? 0 : 0.2);
}

function far(a: BigDecimal, b: BigDecimal): boolean {
  return !a.isZero() && !b.isZero() && Math.abs(magnitude(a) - magnitude(b)) > 20_000;
}

/** log10 of the sum of two bounds. */
function sum(a: number, b: number): number {
  const [high, low] = a > b ? [a, b] : [b, a];
  return Number.isFinite(low) ? high + Math.log10(1 + 10 ** (low - high)) : high;
}

/** A number rounded to the precision, its rounding error added to the error that it comes with. */
function rounded(re: BigDecimal, im: BigDecimal, error = Number.NEGATIVE_INFINITY): Precise {
  const digits = BigDecimal.precision;
  const value = { re: re.toPrecision(digits), im: im.toPrecision(digits) };
  const isExact = error === Number.NEGATIVE_INFINITY && value.re.eq(re) && value.im.eq(im);
  const largest = Math.max(magnitude(re), magnitude(im));
  if (Number.isFinite(largest)) extent = Math.max(extent, Math.abs(largest));
  const rounding = largest - digits;
  return { ...value, error: isExact ? error : sum(error, rounding) };
}

/** A number that the library computed, from an argument with the given error and a slope of at most 1. */
function computed(re: BigDecimal, error = Number.NEGATIVE_INFINITY): Precise {
  const rounding = Math.max(0, magnitude(re)) - BigDecimal.precision + guardDigits;
  return { re, im: zero, error: sum(error, rounding) };
}

function exactly(re: BigDecimal): Precise {
  return { re, im: zero, error: Number.NEGATIVE_INFINITY };
}

function realPart(a: Precise): BigDecimal {
  if (!a.im.isZero()) throw new UnsupportedError("a complex argument");
  return a.re;
}

function multiply(a: Precise, b: Precise): Precise {
  spend(4);
  const error = sum(a.error + size(b), b.error + size(a));
  if (a.im.isZero() && b.im.isZero()) return rounded(a.re.mul(b.re), zero, error);
  return rounded(a.re.mul(b.re).sub(a.im.mul(b.im)), a.re.mul(b.im).add(a.im.mul(b.re)), error + 0.3);
}

function divide(a: Precise, b: Precise): Precise {
  spend(8);
  if (b.re.isZero() && b.im.isZero()) throw new UnsupportedError("division by zero");
  const below = size(b) - 1.2;
  if (b.error >= below) throw new UnsupportedError("division by a number that may be zero");
  const rounding = size(a) - below - BigDecimal.precision + 1;
  const error = sum(sum(a.error - below, b.error + size(a) - 2 * below), rounding);
  if (b.im.isZero()) return rounded(a.re.div(b.re), a.im.isZero() ? zero : a.im.div(b.re), error);
  const square = b.re.mul(b.re).add(b.im.mul(b.im));
  return rounded(
    a.re.mul(b.re).add(a.im.mul(b.im)).div(square),
    a.im.mul(b.re).sub(a.re.mul(b.im)).div(square),
    error + 0.5,
  );
}

function toWhole(a: Precise): Rational {
  const isExact = a.error === Number.NEGATIVE_INFINITY && a.im.isZero() && a.re.isInteger();
  if (!isExact || magnitude(a.re) > 20) throw new UnsupportedError("not a whole number");
  return { n: a.re.toBigInt(), d: 1n };
}

function sqrt(a: Precise): Precise {
  spendFunction();
  if (a.re.isZero() && a.im.isZero()) return { ...a, error: a.error / 2 };
  const result = squareRoot(a);
  // The slope is 1 / (2 sqrt(a)), and at the worst, near 0, half of the digits remain.
  const slope = Math.min(a.error - size(result) + 1, a.error / 2);
  return rounded(result.re, result.im, sum(slope, size(result) - BigDecimal.precision + 2));
}

function squareRoot(a: Precise): Precise {
  if (a.im.isZero()) {
    return a.re.isNegative() ? { ...a, re: zero, im: a.re.neg().sqrt() } : { ...a, re: a.re.sqrt() };
  }
  const length = a.re.mul(a.re).add(a.im.mul(a.im)).sqrt();
  const im = length.sub(a.re).mul(half).sqrt();
  return { ...a, re: length.add(a.re).mul(half).sqrt(), im: a.im.isNegative() ? im.neg() : im };
}

function exp(a: Precise): Precise {
  spendFunction();
  if (Math.abs(a.re.toNumber()) > 20_000) throw new UnsupportedError("a large exponent");
  const value = a.re.exp();
  const relative = sum(a.error, guardDigits - BigDecimal.precision + Math.max(0, magnitude(a.re)));
  const error = magnitude(value) + relative + 0.5;
  if (a.im.isZero()) return rounded(value, zero, error);
  const turn = rounded(a.im, zero, a.error);
  const [cos, sin] = [cosine(turn), sine(turn)];
  return rounded(value.mul(cos.re), value.mul(sin.re), sum(error, magnitude(value) + cos.error));
}

function sine(a: Precise): Precise {
  return circular(a, x => x.sin());
}

function cosine(a: Precise): Precise {
  return circular(a, x => x.cos());
}

function circular(a: Precise, fn: (x: BigDecimal) => BigDecimal): Precise {
  spendFunction();
  const x = realPart(a);
  if (Math.abs(x.toNumber()) > maxArgument) throw new UnsupportedError("a large angle");
  return computed(fn(x), sum(a.error, Math.max(0, magnitude(x)) - BigDecimal.precision + guardDigits));
}

function ln(a: Precise): Precise {
  spendFunction();
  if (a.re.isZero() && a.im.isZero()) throw new UnsupportedError("the logarithm of zero");
  const relative = a.error - size(a) + 1.2;
  if (relative > -1) throw new UnsupportedError("the logarithm of a number that may be zero");
  const digits = Math.max(0, Math.log10(Math.abs(size(a)) + 1));
  const error = sum(relative, digits - BigDecimal.precision + guardDigits);
  if (a.im.isZero() && a.re.isPositive()) return rounded(a.re.ln(), zero, error);
  if (a.im.isZero()) return rounded(a.re.neg().ln(), BigDecimal.PI, error);
  const length = a.re.mul(a.re).add(a.im.mul(a.im)).ln().mul(half);
  // atan2 for an imaginary part that is not 0.
  const steep = a.re.div(a.im).atan();
  const quarter = BigDecimal.PI.mul(half);
  return rounded(length, a.im.isNegative() ? quarter.neg().sub(steep) : quarter.sub(steep), error);
}

function power(base: Precise, exponent: Precise): Precise {
  const isExact = exponent.error === Number.NEGATIVE_INFINITY;
  if (isExact && exponent.im.isZero() && exponent.re.isInteger()) {
    const n = exponent.re.toNumber();
    if (n === 0) {
      if (base.re.isZero() && base.im.isZero()) throw new UnsupportedError("zero to the power of zero");
      return exactly(one);
    }
    if (Math.abs(n) > 100_000) throw new UnsupportedError("a large exponent");
    let result = exactly(one);
    let square = base;
    for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) result = multiply(result, square);
      if (left > 1) square = multiply(square, square);
    }
    return n < 0 ? divide(exactly(one), result) : result;
  }
  if (base.re.isZero() && base.im.isZero()) {
    if (exponent.re.isPositive() && exponent.im.isZero()) return base;
    throw new UnsupportedError("zero to a power that is not positive");
  }
  return exp(multiply(exponent, ln(base)));
}

/** An elementary function takes about 20 microseconds at 60 digits. */
function spendFunction(): void {
  spend(20 * (BigDecimal.precision / 60) ** 2);
}

function spendOn(n: bigint, d: bigint): void {
  if (n > 1_000_000_000_000n || n < -1_000_000_000_000n || d > 1_000_000_000_000n) {
    spend((n.toString(16).length + d.toString(16).length) / 4);
  }
}
