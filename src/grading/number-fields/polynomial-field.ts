import { type Field, UnsupportedError } from "../evaluate-expression.js";
import type { Rational } from "../expression.js";
import { spend } from "../work-budget.js";
import { rationalField } from "./rational-field.js";

/** A polynomial: from each monomial, written `x^2*y^1` with its symbols sorted, to its coefficient, never 0. */
export type Polynomial = Map<string, Rational>;

const maxTerms = 200;
const maxDegree = 40n;

/** Polynomials with fractions as coefficients, expanded; two are equal exactly when their maps are. */
export const polynomialField: Field<Polynomial> = {
  rational: value => (value.n === 0n ? new Map() : new Map([["", value]])),
  constant: name => {
    throw new UnsupportedError(`${name} is not a polynomial's coefficient`);
  },
  add: (a, b) => {
    const sum = new Map(a);
    for (const [monomial, value] of b) accumulate(sum, monomial, value);
    return sum;
  },
  multiply,
  divide: (a, b) => {
    const divisor = asConstant(b);
    return new Map([...a].map(([monomial, value]) => [monomial, rationalField.divide(value, divisor)]));
  },
  negate: a => new Map([...a].map(([monomial, value]) => [monomial, rationalField.negate(value)])),
  power: (base, exponent) => {
    const value = asConstant(exponent);
    if (base.size <= 1 && base.has(""))
      return polynomialField.rational(rationalField.power(base.get("")!, value));
    if (value.d !== 1n || value.n < 0n || value.n > maxDegree) throw new UnsupportedError("not a polynomial");
    let result = polynomialField.rational({ n: 1n, d: 1n });
    for (let i = 0n; i < value.n; i++) result = multiply(result, base);
    return result;
  },
  apply: (fn, args) => polynomialField.rational(rationalField.apply(fn, args.map(asConstant))),
};

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  spend(2 * a.size * b.size);
  const product: Polynomial = new Map();
  for (const [left, x] of a) {
    for (const [right, y] of b) {
      accumulate(product, multiplyMonomials(left, right), rationalField.multiply(x, y));
      if (product.size > maxTerms) throw new UnsupportedError("a polynomial of too many terms");
    }
  }
  return product;
}

function accumulate(sum: Polynomial, monomial: string, value: Rational): void {
  const old = sum.get(monomial);
  const total = old ? rationalField.add(old, value) : value;
  if (total.n === 0n) sum.delete(monomial);
  else sum.set(monomial, total);
}

function multiplyMonomials(left: string, right: string): string {
  if (left === "") return right;
  if (right === "") return left;
  const powers = new Map<string, number>();
  for (const factor of `${left}*${right}`.split("*")) {
    const at = factor.lastIndexOf("^");
    const name = factor.slice(0, at);
    powers.set(name, (powers.get(name) ?? 0) + Number(factor.slice(at + 1)));
  }
  return [...powers]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, power]) => `${name}^${power}`)
    .join("*");
}

function asConstant(polynomial: Polynomial): Rational {
  if (polynomial.size === 0) return { n: 0n, d: 1n };
  const value = polynomial.get("");
  if (polynomial.size > 1 || !value) throw new UnsupportedError("not a constant");
  return value;
}
