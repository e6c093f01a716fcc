import type { ParsedAnswer } from "./parsed-answer.js";
import { surveyExpression } from "./survey-expression.js";

type Relation = Extract<ParsedAnswer, { kind: "relation" }>;

/** What a chain of equalities says: x = 3/2 = 1.5 names x, and says 3/2 and 1.5. */
export interface RelationValue {
  names: ParsedAnswer[];
  /** Ways to write the value, at least one; they agree with each other. */
  values: ParsedAnswer[];
}

export interface RelationValueParams {
  relation: Relation;
  /** Whether the chain is the reference's, which is trusted even if it rounds to few digits. */
  isReference: boolean;
  isEqual: (a: ParsedAnswer, b: ParsedAnswer) => boolean;
}

/**
 * Returns the value that a chain of equalities gives to a name; undefined if it is another relation, or if its members
 * disagree, and so say nothing. A side counts as the value only if the other sides are names, or the same value: x^2 + y^2
 * = 1 has none.
 */
export function relationValue({
  relation,
  isReference,
  isEqual,
}: RelationValueParams): RelationValue | undefined {
  const { operators, sides } = relation;
  if (operators.length === 1 && operators[0] === "\\in")
    return isName(sides[0]!) ? { names: [sides[0]!], values: [sides[1]!] } : undefined;
  if (!operators.every(operator => operator === "=" || operator === "\\approx")) return undefined;
  // e = 5 names an eccentricity; e \\approx 3 is about the number.
  const mayNameConstants = !operators.includes("\\approx");
  const isValue = sides.map(side => !isName(side) && !(mayNameConstants && isConstantLetter(side)));
  if (!isValue.includes(true)) return { names: sides.slice(0, -1), values: sides.slice(-1) };
  const names = sides.filter((_, i) => !isValue[i]);
  const values: ParsedAnswer[] = [];
  let last: ParsedAnswer | undefined;
  for (const [i, side] of sides.entries()) {
    if (!isValue[i]) continue;
    const isRounded = last !== undefined && operators[i - 1] === "\\approx";
    if (last !== undefined && !isEqual(last, side) && !(isRounded && isRounding(side, last)))
      return undefined;
    // \pi \approx 3 says \pi. A rounded value is a claim of its own only if few others round to it.
    if (!isRounded || isReference || significantDigits(side) >= minSignificant) values.push(side);
    last = side;
  }
  return { names, values };
}

const minSignificant = 3;

/** A symbol, AB, f(x), f^{-1}(2), \angle ABC, \vec v or a name in words: something that only names what the other side is. */
function isName(side: ParsedAnswer): boolean {
  if (side.kind === "text") return !side.isPhrase;
  if (side.kind !== "formula") return false;
  const { expression: x, latex } = side;
  if (x.op === "symbol") return true;
  const name = latex.replace(/\s/g, "");
  return (
    /^(?:m?\\(?:angle|triangle|measuredangle)|\\(?:overline|vec|hat|bar|overrightarrow|widehat|widetilde|tilde))\{?[A-Za-z]/.test(
      name,
    ) ||
    /^\|?[A-Z]{2,4}(?:_\{?\d\}?)?\|?$/.test(name) ||
    /^[A-Z]\^(?:\{-1\}|T|\{T\})$/.test(name) ||
    functionValue.test(name)
  );
}

function isConstantLetter(side: ParsedAnswer): boolean {
  return side.kind === "formula" && (side.latex === "e" || side.latex === "i");
}

/** f(x), g_2(3), f^{-1}(x), f'(x), P(A), \phi(n): a letter for functions, and no operation in its argument. */
const functionValue =
  /^(?:[fghpqrsuvFGHPQRSTVNWLMADEC]|\\(?:phi|varphi|psi|sigma|tau|chi|Phi|Psi)|\\text\{[A-Za-z]+\})(?:_\{?\w{1,3}\}?)?'{0,3}(?:\^\{-1\}|\^\{\(\w\)\}|\^\{\\prime\})?\((?:[a-zA-Z0-9,.|]|\\(?:theta|alpha|pi|cap|cup|mid|frac\{\d+\}\{\d+\}|sqrt\{\d+\})|-)+\)$/;

function significantDigits(side: ParsedAnswer): number {
  if (side.kind !== "formula") return 0;
  return side.latex.replace(/^\D*0*\.?0*/, "").replace(/\D/g, "").length;
}

/** Whether a decimal is the other value rounded at its last digit; one of enough digits may be cut off there. */
function isRounding(decimal: ParsedAnswer, value: ParsedAnswer): boolean {
  if (decimal.kind !== "formula" || value.kind !== "formula") return false;
  const [rounded, exact] = [decimalOf(decimal), doubleOf(value)];
  if (rounded === undefined || exact === undefined) return false;
  const allowed = significantDigits(decimal) >= minSignificant ? 0.999999 : 0.500001;
  return Math.abs(rounded.value - exact) <= allowed * 10 ** -rounded.decimals;
}

function decimalOf({ expression }: Extract<ParsedAnswer, { kind: "formula" }>) {
  const isNegative = expression.op === "call" && expression.fn === "Negate";
  const x = isNegative ? expression.args[0]! : expression;
  if (x.op !== "number") return undefined;
  const value = Number(x.value.n) / Number(x.value.d);
  return { value: isNegative ? -value : value, decimals: x.decimals ?? 0 };
}

function doubleOf({ expression }: Extract<ParsedAnswer, { kind: "formula" }>): number | undefined {
  const value = surveyExpression(expression).double;
  return value && value.im === 0 ? value.re : undefined;
}
