import { type CompareExpressionsOptions, compareExpressions } from "./compare-expressions.js";
import type { ComparisonResult } from "./comparison-result.js";
import type { Expression, FunctionName, Rational } from "./expression.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { renameSymbol } from "./rename-symbol.js";
import { surveyExpression } from "./survey-expression.js";

type Formula = Extract<ParsedAnswer, { kind: "formula" }>;

/**
 * Whether two values are the same, units and signs included: units are converted, and may be left out on one side, as
 * may percent and degree signs; a unit of another dimension is another answer. A number base may be left out only by the
 * answer, whose reference says it.
 */
export function compareQuantities(
  answer: Formula,
  given: Formula,
  options: CompareExpressionsOptions,
): ComparisonResult {
  const compare = (a: Expression, b: Expression) => compareExpressions(a, b, options);
  if (answer.base && given.base && answer.base.base === given.base.base)
    return { equal: answer.base.digits === given.base.digits, method: "base" };
  const [measuredAnswer, measuredGiven] = readMeasured(answer, given);
  if (measuredAnswer !== answer || measuredGiven !== given)
    return compareQuantities(measuredAnswer, measuredGiven, options);
  if (kindOf(answer) && kindOf(given) && kindOf(answer) !== kindOf(given))
    return { equal: false, method: "unit" };
  if (answer.unit && given.unit && !sameScale(answer.unit.scale, given.unit.scale)) {
    const convert = ({ expression, unit }: Formula) => call("Multiply", number(unit!.scale), expression);
    return { ...compare(convert(answer), convert(given)), method: "unit" };
  }
  const plain = compare(answer.expression, given.expression);
  if (plain.equal)
    return areUnlikeNouns(answer.noun, given.noun) ? { equal: undefined, method: "unit" } : plain;
  if (answer.base && !given.base) {
    const digits = given.latex.replace(/[\s,{}]/g, "").toUpperCase();
    if (digits === answer.base.digits) return { equal: true, method: "base" };
  }
  for (const [marked, other] of [
    [answer, given],
    [given, answer],
  ] as const) {
    const readings: Expression[] = [];
    if (marked.percent && !other.percent)
      readings.push(call("Divide", marked.expression, number({ n: 100n, d: 1n })));
    if (marked.degrees && !other.degrees && !other.unit) readings.push(call("Degrees", marked.expression));
    // 180^\circ - 2\alpha: the sign may be left out beside symbols.
    const { functions, symbols } = surveyExpression(marked.expression);
    const other_ = surveyExpression(other.expression);
    if (
      functions.has("Degrees") &&
      !other_.functions.has("Degrees") &&
      symbols.length > 0 &&
      symbols.length === other_.symbols.length
    )
      readings.push(withoutDegrees(marked.expression));
    for (const reading of readings) {
      const result = compare(reading, other.expression);
      if (result.equal) return result;
    }
  }
  if (isSameLetter(answer, given)) return { equal: true, method: "text" };
  return compareFamilies(answer, given) ?? plain;
}

/** 50m is 50 metres if the other side has a unit, or is a number without one and the reference. */
function readMeasured(answer: Formula, given: Formula): [Formula, Formula] {
  const read = (x: Formula): Formula => {
    const { measured, ...rest } = x;
    return measured ? { ...rest, ...measured } : x;
  };
  const isNumber = (x: Formula) => !x.measured && surveyExpression(x.expression).symbols.length === 0;
  if (given.measured && (answer.unit || isNumber(answer))) return [answer, read(given)];
  if (answer.measured && given.unit) return [read(answer), given];
  return [answer, given];
}

/** The dimension, or the kind of sign; undefined for a bare number and for one with a noun. */
function kindOf({ unit, degrees, percent }: Formula): string | undefined {
  if (degrees) return "degrees";
  if (percent) return "percent";
  return unit?.dimension;
}

function sameScale(a: Rational, b: Rational): boolean {
  return a.n === b.n && a.d === b.d;
}

/** Apples for oranges. "units" matches everything, and "distinct integers" matches "integers". */
function areUnlikeNouns(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return false;
  const stems = (text: string) =>
    text
      .toLowerCase()
      .split(/[^\p{L}]+/u)
      .map(word => word.replace(/(?:es|s)$/, ""))
      .filter(word => word !== "");
  const [left, right] = [stems(a), stems(b)];
  return ![...left, ...right].includes("unit") && !left.some(word => right.includes(word));
}

/** c for C: the letter of a choice, which models write small. */
function isSameLetter(a: Formula, b: Formula): boolean {
  return (
    /^[a-jA-J]$/.test(a.latex) &&
    /^[a-jA-J]$/.test(b.latex) &&
    a.latex.toUpperCase() === b.latex.toUpperCase()
  );
}

function withoutDegrees(x: Expression): Expression {
  if (x.op !== "call") return x;
  return x.fn === "Degrees" ? x.args[0]! : { ...x, args: x.args.map(withoutDegrees) };
}

/** 2n\pi and 2k\pi: families of solutions may use any name for their whole number. */
function compareFamilies(answer: Formula, given: Formula): ComparisonResult | undefined {
  const [a, b] = [surveyExpression(answer.expression), surveyExpression(given.expression)];
  const [from, to] = [b.symbols[0]!, a.symbols[0]!];
  const isFamily = (x: Expression) => /\bPi\b/.test(surveyExpression(x).key);
  if (a.symbols.length !== 1 || b.symbols.length !== 1 || from === to) return undefined;
  if (!/^[nkml]$/.test(from) || !/^[nkml]$/.test(to) || !isFamily(answer.expression)) return undefined;
  const renamed = compareExpressions(answer.expression, renameSymbol(given.expression, from, to));
  return renamed.equal ? renamed : undefined;
}

function call(fn: FunctionName, ...args: Expression[]): Expression {
  return { op: "call", fn, args };
}

function number(value: Rational): Expression {
  return { op: "number", value };
}
