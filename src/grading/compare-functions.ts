import { createRandom } from "../util/random.js";
import type { ComparisonResult } from "./comparison-result.js";
import type { Expression, FunctionName, Rational } from "./expression.js";
import { type Complex, complexField, realField } from "./number-fields/complex-field.js";
import { type Polynomial, polynomialField } from "./number-fields/polynomial-field.js";
import { distance, preciseField, withDigits } from "./number-fields/precise-field.js";
import { rational } from "./number-fields/rational.js";
import { rationalField } from "./number-fields/rational-field.js";
import type { Survey } from "./survey-expression.js";
import { tryEvaluate } from "./try-evaluate.js";
import { spend } from "./work-budget.js";

const maxPoints = 24;
/** Functions are equal if they agree at this many points, and differ at none. */
const enoughPoints = 8;
/** Functions of whole numbers only. */
const wholeFunctions: readonly FunctionName[] = ["Factorial", "Binomial", "GCD", "LCM", "Mod"];
/** Letters that stand for whole numbers by convention. */
const wholeName = /^[i-nqrN](?:_|$)/;

/**
 * Whether two formulas with symbols have the same value wherever both have one. Polynomials are expanded. Others are
 * evaluated at seeded points: positive, negative, small and large fractions; whole numbers inside factorials and the like;
 * complex numbers for z and w inside absolute values and conjugates. Both are taken as real functions (points with an
 * imaginary root are outside the domain) unless they have an imaginary unit, or no point in their domain is found.
 */
export function compareFunctions(a: Survey, b: Survey): ComparisonResult {
  const symbol = (name: string): Polynomial => new Map([[`${name}^1`, { n: 1n, d: 1n }]]);
  const left = tryEvaluate(a.expression, polynomialField, symbol);
  const right = left && tryEvaluate(b.expression, polynomialField, symbol);
  if (left && right) return { equal: samePolynomial(left, right), method: "symbolic" };

  const names = [...new Set([...a.symbols, ...b.symbols])].sort();
  const has = (fn: FunctionName) => a.functions.has(fn) || b.functions.has(fn);
  const isComplex = a.hasImaginaryUnit || b.hasImaginaryUnit;
  const method = "sampled points";
  if ((has("Abs") || has("Conjugate")) && names.some(isComplexName)) {
    const outcome = samplePoints(a, b, complexPoints(names), complexField);
    return { equal: outcome.differ ? false : outcome.agreed >= enoughPoints ? true : undefined, method };
  }
  const isWhole = wholeFunctions.some(has) || isMeantForWholeNumbers([...a.rounded, ...b.rounded], names);
  const points = (isWhole ? wholePoints : fractionPoints)(names);
  const first = samplePoints(a, b, points, isComplex ? complexField : realField);
  if (first.differ) return { equal: false, method };
  if (first.agreed >= enoughPoints) return { equal: true, method };
  const second = samplePoints(a, b, points, complexField);
  if (second.differ) return { equal: false, method };
  return { equal: second.agreed >= enoughPoints ? true : undefined, method };
}

/** A value for each symbol; exact if all of them are fractions. */
interface Point {
  exact?: Map<string, Rational>;
  double(name: string): Complex;
}

function isComplexName(name: string): boolean {
  return /^[zw](?:_|$)/.test(name);
}

function exactPoint(values: Map<string, Rational>): Point {
  return { exact: values, double: name => complexField.rational(values.get(name)!) };
}

const wholePoints = remembered(names => {
  const random = createRandom("whole points");
  return Array.from({ length: maxPoints }, () =>
    exactPoint(new Map(names.map(name => [name, { n: BigInt(2 + random.int(31)), d: 1n }]))),
  );
});

/** Fractions of either sign: most from 0 to 4, some large, some small. The denominator is a prime, so that none is whole. */
const fractionPoints = remembered(names => {
  const random = createRandom("points");
  return Array.from({ length: maxPoints }, (_, i) => {
    const denominator = [2503n, 2503n, 7n, 2503n, 2503n, 99_991n][i % 6]!;
    return exactPoint(
      new Map(
        names.map(name => {
          const isNegative = i % 3 > 0 && random.int(2) === 0;
          const n = BigInt(1 + random.int(9973));
          return [name, rational(isNegative ? -n : n, denominator)];
        }),
      ),
    );
  });
});

/** Points depend only on the names, and most formulas share a few names. */
function remembered(make: (names: readonly string[]) => Point[]): (names: readonly string[]) => Point[] {
  const known = new Map<string, Point[]>();
  return names => {
    const key = names.join();
    const points = known.get(key) ?? make(names);
    if (known.size >= 500) known.clear();
    known.set(key, points);
    return points;
  };
}

function complexPoints(names: readonly string[]): Point[] {
  const random = createRandom("complex points");
  return Array.from({ length: maxPoints }, () => {
    const values = new Map(
      names.map(name => [
        name,
        { re: 4 * random.next() - 2, im: isComplexName(name) ? 4 * random.next() - 2 : 0 },
      ]),
    );
    return { double: name => values.get(name)! };
  });
}

/**
 * Whether floors and ceilings are of formulas in whole numbers, as \lfloor n/2 \rfloor: the letters are those of whole
 * numbers, and each rounding has something to round at some of them.
 */
function isMeantForWholeNumbers(rounded: readonly Expression[], names: readonly string[]): boolean {
  if (rounded.length === 0 || !names.every(name => wholeName.test(name))) return false;
  const points = wholePoints(names).slice(0, 8);
  return rounded.every(argument =>
    points.some(({ exact }) => {
      const value = tryEvaluate(argument, rationalField, name => exact!.get(name)!);
      return value?.d !== 1n;
    }),
  );
}

function samplePoints(
  { expression: a }: Survey,
  { expression: b }: Survey,
  points: readonly Point[],
  field: typeof complexField,
): { agreed: number; differ: boolean } {
  let agreed = 0;
  let triesExact = true;
  for (const { exact, double } of points) {
    if (agreed >= enoughPoints) break;
    spend(3);
    if (exact && triesExact) {
      const valueA = tryEvaluate(a, rationalField, name => exact.get(name)!);
      const valueB = valueA && tryEvaluate(b, rationalField, name => exact.get(name)!);
      if (valueA && valueB) {
        if (valueA.n !== valueB.n || valueA.d !== valueB.d) return { agreed, differ: true };
        agreed++;
        continue;
      }
      triesExact = false;
    }
    const [valueA, valueB] = [tryEvaluate(a, field, double), tryEvaluate(b, field, double)];
    if (!valueA || !valueB || !hasValue(valueA) || !hasValue(valueB)) continue;
    const gap = Math.hypot(valueA.re - valueB.re, valueA.im - valueB.im);
    const size = Math.max(Math.hypot(valueA.re, valueA.im), Math.hypot(valueB.re, valueB.im));
    if (gap > 1e-3 * size && size > 1e-3 && size < 1e100) return { agreed, differ: true };
    if (gap > 1e-10 * size || size < 1e-100 || size > 1e100) {
      // Near 0 a double may be a value, or only a rounding error.
      const apart = exact && isApart(a, b, exact);
      if (apart) return { agreed, differ: true };
      if (apart === undefined && (gap > 1e-8 * size || size > 1e100)) continue;
    }
    agreed++;
  }
  return { agreed, differ: false };
}

function hasValue(x: Complex): boolean {
  return Number.isFinite(x.re) && Number.isFinite(x.im);
}

/** Whether two formulas differ at a point with 60 digits; undefined if that cannot be decided. */
function isApart(a: Expression, b: Expression, values: Map<string, Rational>): boolean | undefined {
  const { result } = withDigits(60, () => {
    const at = (name: string) => preciseField.rational(values.get(name)!);
    const left = tryEvaluate(a, preciseField, at);
    const right = left && tryEvaluate(b, preciseField, at);
    if (!left || !right) return undefined;
    const { gap, error, size } = distance(left, right);
    // Near 0 the values may be only error; elsewhere, an error of their size proves nothing.
    return gap > error ? true : error < Math.max(size, 0) - 20 ? false : undefined;
  });
  return result;
}

function samePolynomial(a: Polynomial, b: Polynomial): boolean {
  if (a.size !== b.size) return false;
  for (const [monomial, { n, d }] of a) {
    const other = b.get(monomial);
    if (!other || other.n !== n || other.d !== d) return false;
  }
  return true;
}
