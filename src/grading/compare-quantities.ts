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
  gold: Formula,
  answer: Formula,
  options: CompareExpressionsOptions,
): ComparisonResult {
  const compare = (a: Expression, b: Expression) => compareExpressions(a, b, options);
  if (gold.base && answer.base && gold.base.base === answer.base.base)
    return { equal: gold.base.digits === answer.base.digits, method: "base" };
  const [measuredGold, measuredAnswer] = readMeasured(gold, answer);
  if (measuredGold !== gold || measuredAnswer !== answer)
    return compareQuantities(measuredGold, measuredAnswer, options);
  if (kindOf(gold) && kindOf(answer) && kindOf(gold) !== kindOf(answer))
    return { equal: false, method: "unit" };
  if (gold.unit && answer.unit && !sameScale(gold.unit.scale, answer.unit.scale)) {
    const convert = ({ expression, unit }: Formula) => call("Multiply", number(unit!.scale), expression);
    return { ...compare(convert(gold), convert(answer)), method: "unit" };
  }
  const plain = compare(gold.expression, answer.expression);
  if (plain.equal)
    return areUnlikeNouns(gold.noun, answer.noun) ? { equal: undefined, method: "unit" } : plain;
  if (gold.base && !answer.base) {
    const digits = answer.latex.replace(/[\s,{}]/g, "").toUpperCase();
    if (digits === gold.base.digits) return { equal: true, method: "base" };
  }
  for (const [marked, other] of [
    [gold, answer],
    [answer, gold],
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
  if (isSameLetter(gold, answer)) return { equal: true, method: "text" };
  return compareFamilies(gold, answer) ?? plain;
}

/** 50m is 50 metres if the other side has a unit, or is a number without one and the reference. */
function readMeasured(gold: Formula, answer: Formula): [Formula, Formula] {
  const read = (x: Formula): Formula => {
    const { measured, ...rest } = x;
    return measured ? { ...rest, ...measured } : x;
  };
  const isNumber = (x: Formula) => !x.measured && surveyExpression(x.expression).symbols.length === 0;
  if (answer.measured && (gold.unit || isNumber(gold))) return [gold, read(answer)];
  if (gold.measured && answer.unit) return [read(gold), answer];
  return [gold, answer];
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
function compareFamilies(gold: Formula, answer: Formula): ComparisonResult | undefined {
  const [a, b] = [surveyExpression(gold.expression), surveyExpression(answer.expression)];
  const [from, to] = [b.symbols[0]!, a.symbols[0]!];
  const isFamily = (x: Expression) => /\bPi\b/.test(surveyExpression(x).key);
  if (a.symbols.length !== 1 || b.symbols.length !== 1 || from === to) return undefined;
  if (!/^[nkml]$/.test(from) || !/^[nkml]$/.test(to) || !isFamily(gold.expression)) return undefined;
  const renamed = compareExpressions(gold.expression, renameSymbol(answer.expression, from, to));
  return renamed.equal ? renamed : undefined;
}

function call(fn: FunctionName, ...args: Expression[]): Expression {
  return { op: "call", fn, args };
}

function number(value: Rational): Expression {
  return { op: "number", value };
}
