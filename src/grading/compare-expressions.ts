import { createRandom } from "../util/random.js";
import type { ComparisonResult } from "./comparison-result.js";
import { evaluateExpression, type Field, UnsupportedError } from "./evaluate-expression.js";
import type { Expression, FunctionName, Rational } from "./expression.js";
import { type Complex, complexField } from "./number-fields/complex-field.js";
import { type Polynomial, polynomialField } from "./number-fields/polynomial-field.js";
import { type Precise, preciseField } from "./number-fields/precise-field.js";
import { rational } from "./number-fields/rational.js";
import { rationalField } from "./number-fields/rational-field.js";

/** Doubles that are further apart than this, relative to the larger and to 1, are different. */
const nearby = 1e-9;
/** What 60 digits leave of a difference that is none. */
const nothing = 1e-40;
/** So many decimals at least are an approximation that counts; the usual rule of such graders. */
const minDecimals = 6;
const points = 8;

/**
 * Whether two formulas have the same value, for all values of their symbols where they have any. Constants are compared
 * exactly as fractions, then in double precision, and where that calls them close, with 60 digits. Formulas with symbols
 * are expanded as polynomials, else evaluated at seeded random points: exactly where both are rational functions, else in
 * double precision. Symbols stand for positive numbers, so that \sqrt{x^2} is x, unless there is an absolute value; for
 * whole ones inside floors, factorials and binomials.
 */
export function compareExpressions(a: Expression, b: Expression): ComparisonResult {
  if (keyOf(a) === keyOf(b)) return { equal: true, method: "identical" };
  const traits = { symbols: new Set<string>(), opaque: false, whole: false, signed: false };
  const [left, right] = [survey(a, traits), survey(b, traits)];
  const names = [...traits.symbols].sort();
  const outcome =
    names.length === 0 ? compareConstants(left, right) : compareFormulas(left, right, names, traits);
  // An unevaluated part stood in as a symbol: values that agree prove equality, values that differ prove nothing.
  return traits.opaque && outcome.equal === false ? { ...outcome, equal: undefined } : outcome;
}

function keyOf(x: Expression): string {
  return JSON.stringify(x, (_, value) => (typeof value === "bigint" ? String(value) : value));
}

const wholeFunctions = new Set<FunctionName>(["Floor", "Ceil", "Factorial", "Binomial", "GCD", "LCM", "Mod"]);

/** Collects what a formula has in it; gives it back with opaque parts as symbols. */
function survey(
  x: Expression,
  traits: { symbols: Set<string>; opaque: boolean; whole: boolean; signed: boolean },
): Expression {
  switch (x.op) {
    case "symbol":
      traits.symbols.add(x.name);
      return x;
    case "opaque":
      traits.opaque = true;
      // Not a name that a polynomial's monomials could take apart.
      return survey({ op: "symbol", name: `opaque ${keyOf(x).replace(/[*^]/g, "_")}` }, traits);
    case "call": {
      if (wholeFunctions.has(x.fn)) traits.whole = true;
      if (x.fn === "Abs") traits.signed = true;
      return { ...x, args: x.args.map(arg => survey(arg, traits)) };
    }
    default:
      return x;
  }
}

function compareConstants(a: Expression, b: Expression): ComparisonResult {
  const exactA = attempt(a, rationalField);
  const exactB = attempt(b, rationalField);
  const doubleA = attempt(a, complexField);
  const doubleB = attempt(b, complexField);
  if (exactA && exactB && exactA.n === exactB.n && exactA.d === exactB.d)
    return { equal: true, method: "numeric" };
  const unlike: ComparisonResult = { equal: false, method: "numeric" };
  if (!doubleA || !doubleB) return exactA && exactB ? unlike : { equal: undefined, method: "numeric" };
  const isShort = isWrittenShort(a, doubleA, doubleB) || isWrittenShort(b, doubleB, doubleA);
  const unlessShort: ComparisonResult = isShort ? { equal: true, method: "approximate" } : unlike;
  // The values are exactly known to differ.
  if (exactA && exactB) return unlessShort;
  const infinite = [isInfinite(doubleA), isInfinite(doubleB)];
  if (infinite[0] && infinite[1]) {
    // Two overflows say nothing; two infinities that were written as such are compared by sign.
    if (!isWrittenInfinity(a) || !isWrittenInfinity(b)) return { equal: undefined, method: "numeric" };
    return { equal: doubleA.re === doubleB.re, method: "numeric" };
  }
  if (!isDefined(doubleA) || !isDefined(doubleB)) return { equal: undefined, method: "numeric" };
  if (infinite[0] || infinite[1]) return unlike;
  const gap = Math.hypot(doubleA.re - doubleB.re, doubleA.im - doubleB.im);
  if (gap > nearby * scale(doubleA, doubleB)) return unlessShort;
  const apart = preciseGap(a, b);
  if (apart === undefined) {
    // Relative to the values alone: two that both vanish in double precision prove nothing.
    const largest = size(doubleA, doubleB);
    return { equal: largest > 0 && gap <= 1e-12 * largest ? true : undefined, method: "numeric" };
  }
  if (apart <= nothing) return { equal: true, method: "numeric" };
  return unlessShort;
}

function compareFormulas(
  a: Expression,
  b: Expression,
  names: string[],
  { whole, signed }: { whole: boolean; signed: boolean },
): ComparisonResult {
  const symbol = (name: string): Polynomial => new Map([[`${name}^1`, { n: 1n, d: 1n }]]);
  const [expandedA, expandedB] = [attempt(a, polynomialField, symbol), attempt(b, polynomialField, symbol)];
  if (expandedA && expandedB) return { equal: samePolynomial(expandedA, expandedB), method: "symbolic" };

  const random = createRandom("points");
  const method = "sampled points";
  let agreed = 0;
  for (let point = 0; point < points; point++) {
    const values = new Map<string, Rational>();
    for (const name of names) {
      // Whole numbers of both parities, or fractions on both sides of 1.
      const sign = signed && random.int(2) === 0 ? -1n : 1n;
      values.set(
        name,
        whole
          ? { n: BigInt(3 + random.int(30)), d: 1n }
          : rational(sign * BigInt(1 + random.int(9973)), 2503n),
      );
    }
    const exactA = attempt(a, rationalField, name => values.get(name)!);
    const exactB = exactA && attempt(b, rationalField, name => values.get(name)!);
    if (exactA && exactB) {
      if (exactA.n !== exactB.n || exactA.d !== exactB.d) return { equal: false, method };
      agreed++;
      continue;
    }
    const at = (name: string) => complexField.rational(values.get(name)!);
    const [doubleA, doubleB] = [attempt(a, complexField, at), attempt(b, complexField, at)];
    if (!doubleA || !doubleB || !isDefined(doubleA) || !isDefined(doubleB)) continue;
    if (isInfinite(doubleA) || isInfinite(doubleB)) continue;
    const gap = Math.hypot(doubleA.re - doubleB.re, doubleA.im - doubleB.im);
    if (gap > 1e-8 * scale(doubleA, doubleB)) return { equal: false, method };
    // Both are near 0, where a double may be a value or the rounding error of none.
    if (gap > 1e-8 * size(doubleA, doubleB)) {
      const apart = preciseGap(a, b, name => preciseField.rational(values.get(name)!));
      if (apart === undefined) continue;
      if (apart > nothing) return { equal: false, method };
    }
    agreed++;
  }
  return { equal: agreed >= points / 2 ? true : undefined, method };
}

/** The value in a field, or undefined where the field cannot say. */
function attempt<T>(x: Expression, field: Field<T>, symbols?: (name: string) => T): T | undefined {
  try {
    return evaluateExpression(x, field, symbols);
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}

function isDefined(x: Complex): boolean {
  return !Number.isNaN(x.re) && !Number.isNaN(x.im);
}

function isInfinite(x: Complex): boolean {
  return Math.abs(x.re) === Number.POSITIVE_INFINITY || Math.abs(x.im) === Number.POSITIVE_INFINITY;
}

function isWrittenInfinity(x: Expression): boolean {
  if (x.op === "call" && x.fn === "Negate") return isWrittenInfinity(x.args[0]!);
  return x.op === "constant" && x.name === "Infinity";
}

function size(a: Complex, b: Complex): number {
  return Math.max(Math.hypot(a.re, a.im), Math.hypot(b.re, b.im));
}

function scale(a: Complex, b: Complex): number {
  return Math.max(1, size(a, b));
}

/** The difference of two formulas with 60 digits, relative to values above 1; undefined where it cannot be said. */
function preciseGap(a: Expression, b: Expression, symbols?: (name: string) => Precise): number | undefined {
  const left = attempt(a, preciseField, symbols);
  const right = left && attempt(b, preciseField, symbols);
  if (!left || !right) return undefined;
  const gap = left.re.sub(right.re).abs().add(left.im.sub(right.im).abs());
  const whole = left.re.abs().add(left.im.abs());
  const relative = (whole.gt(1) ? gap.div(whole) : gap).toNumber();
  return Number.isNaN(relative) ? undefined : relative;
}

/** Digits after the point of a formula that is a decimal and nothing else; 0 of any other. */
function decimalsOf(x: Expression): number {
  if (x.op === "call" && x.fn === "Negate") return decimalsOf(x.args[0]!);
  return x.op === "number" ? (x.decimals ?? 0) : 0;
}

/** Whether a formula is a decimal of at least `minDecimals` places, and the other value rounded or cut off there. */
function isWrittenShort(x: Expression, value: Complex, other: Complex): boolean {
  const decimals = decimalsOf(x);
  if (decimals < minDecimals) return false;
  const gap = Math.hypot(value.re - other.re, value.im - other.im);
  const isCutOff = Math.abs(value.re) < Math.abs(other.re);
  return gap < (isCutOff ? 0.999999 : 0.500001) * 10 ** -Math.min(decimals, 12);
}

function samePolynomial(a: Polynomial, b: Polynomial): boolean {
  if (a.size !== b.size) return false;
  for (const [monomial, { n, d }] of a) {
    const other = b.get(monomial);
    if (!other || other.n !== n || other.d !== d) return false;
  }
  return true;
}
