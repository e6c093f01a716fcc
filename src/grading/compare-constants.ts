import type { ComparisonResult } from "./comparison-result.js";
import type { Expression } from "./expression.js";
import type { Complex } from "./number-fields/complex-field.js";
import { factoredField, sameFactored } from "./number-fields/factored-field.js";
import { distance, preciseField, withDigits } from "./number-fields/precise-field.js";
import type { Survey } from "./survey-expression.js";
import { tryEvaluate } from "./try-evaluate.js";

/** Doubles that are further apart than this, relative to the larger one, are different; sums may have lost the digits after. */
const nearby = 1e-6;
/** A decimal counts as an approximation from this many decimal places and significant digits; the usual rule of graders. */
const minDecimals = 6;
const minSignificant = 4;
/** Smaller doubles may be the rounding error of a sum that is 0; larger ones are about to overflow. */
const [smallest, largest] = [1e-9, 1e290];
const firstDigits = 60;
const maxDigits = 1000;

/**
 * Whether two formulas without symbols have the same value. Closeness is always relative: fractions are compared exactly;
 * products, powers, roots and factorials of any size by their prime factors; the rest in double precision if that tells
 * the values apart, else with as many digits as their sizes require.
 */
export function compareConstants(a: Survey, b: Survey, tolerance: number): ComparisonResult {
  const method = "numeric";
  const { exact: exactA, double: doubleA } = a;
  const { exact: exactB, double: doubleB } = b;
  if (exactA && exactB && exactA.n === exactB.n && exactA.d === exactB.d) return { equal: true, method };
  if (doubleA && doubleB) {
    const gap = Math.hypot(doubleA.re - doubleB.re, doubleA.im - doubleB.im);
    if (tolerance > 0 && gap <= tolerance * (1 + 1e-9)) return { equal: true, method: "approximate" };
    const isApproximation =
      isApproximationOf(b.expression, doubleA, gap) || isApproximationOf(a.expression, doubleB, gap);
    if (isApproximation) return { equal: true, method: "approximate" };
  }
  if (exactA && exactB) return { equal: false, method };

  const isWritten = [isWrittenInfinity(a.expression), isWrittenInfinity(b.expression)];
  if (isWritten[0] && isWritten[1]) return { equal: doubleA!.re === doubleB!.re, method };
  if (isWritten[0] || isWritten[1])
    return { equal: isDefined(doubleA) && isDefined(doubleB) ? false : undefined, method };
  if (doubleA && doubleB && (isReliable(doubleA, a) || isReliable(doubleB, b))) {
    // A number too large for a double is not moderate.
    if (isInfinite(doubleA) !== isInfinite(doubleB)) return { equal: false, method };
  }
  if (doubleA && doubleB && isReliable(doubleA, a) && isReliable(doubleB, b)) {
    const gap = Math.hypot(doubleA.re - doubleB.re, doubleA.im - doubleB.im);
    if (gap > nearby * Math.max(size(doubleA), size(doubleB))) return { equal: false, method };
  }
  return {
    equal: sameByFactors(a.expression, b.expression) ?? sameByDigits(a.expression, b.expression),
    method,
  };
}

function isDefined(x: Complex | undefined): boolean {
  return x !== undefined && !Number.isNaN(x.re) && !Number.isNaN(x.im);
}

/** Whether a double's digits are reliable: it is a fraction's, or too large for sums to have cancelled all of them. */
function isReliable(x: Complex, { exact }: Survey): boolean {
  return (
    exact?.n === 0n || (size(x) > (exact ? Number.MIN_VALUE / Number.EPSILON : smallest) && size(x) < largest)
  );
}

function isInfinite(x: Complex): boolean {
  return size(x) === Number.POSITIVE_INFINITY;
}

function size(x: Complex): number {
  return Math.hypot(x.re, x.im);
}

function isWrittenInfinity(x: Expression): boolean {
  if (x.op === "call" && x.fn === "Negate") return isWrittenInfinity(x.args[0]!);
  return x.op === "constant" && x.name === "Infinity";
}

/** Whether a formula is a decimal of enough digits and nothing else, and the other value rounded or cut off there. */
function isApproximationOf(x: Expression, other: Complex, gap: number): boolean {
  if (x.op === "call" && x.fn === "Negate")
    return isApproximationOf(x.args[0]!, { re: -other.re, im: other.im }, gap);
  if (x.op !== "number" || x.decimals === undefined || x.decimals < minDecimals) return false;
  const scaled = (x.value.n * 10n ** BigInt(x.decimals)) / x.value.d;
  const significant = scaled < 0n ? String(-scaled).length : String(scaled).length;
  if (scaled === 0n || significant < minSignificant) return false;
  const isCutOff = Math.abs(Number(x.value.n) / Number(x.value.d)) < Math.abs(other.re);
  const lastPlace = 10 ** -x.decimals;
  // From the 13th digit on, a program's rounding errors are in it.
  const noise = significant > 12 ? 5e-13 * Math.abs(other.re) : 0;
  return gap < Math.max((isCutOff ? 0.999999 : 0.500001) * lastPlace, noise);
}

function sameByFactors(a: Expression, b: Expression): boolean | undefined {
  const left = tryEvaluate(a, factoredField);
  const right = left && tryEvaluate(b, factoredField);
  return left && right && sameFactored(left, right);
}

/** Compares with 60 digits, and, if these show no difference, with as many more as the numbers' sizes require. */
function sameByDigits(a: Expression, b: Expression): boolean | undefined {
  const compare = (digits: number) =>
    withDigits(digits, () => {
      const left = tryEvaluate(a, preciseField);
      const right = left && tryEvaluate(b, preciseField);
      return left && right && distance(left, right);
    });
  const { result: first, extent } = compare(firstDigits);
  if (!first) return undefined;
  if (first.gap > first.error) return false;
  // \sqrt{10^{100}+1} and 10^{50}, \ln(1+e^{500}) and 500 differ only after the digits of the largest number in them.
  const digits = 160 + extent;
  const second = digits <= maxDigits ? compare(digits).result : undefined;
  if (!second) return undefined;
  if (second.gap > second.error) return false;
  // More digits must make the error smaller, and small relative to the values, else agreement proves nothing.
  if (second.error > Math.max(second.size, 0) - 30) return undefined;
  return second.error < first.error - (digits - firstDigits) / 4 ? true : undefined;
}
