import { compareExpressions } from "./compare-expressions.js";
import { better, type ComparisonResult } from "./comparison-result.js";
import type { Expression, FunctionName } from "./expression.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { relationValue } from "./relation-value.js";
import { renameSymbol } from "./rename-symbol.js";
import { surveyExpression } from "./survey-expression.js";
import { spend } from "./work-budget.js";

type Relation = Extract<ParsedAnswer, { kind: "relation" }>;
type Compare = (answer: ParsedAnswer, given: ParsedAnswer) => ComparisonResult;

const unlike: ComparisonResult = { equal: false, method: "relation" };

/**
 * Whether two equations, inequalities or chains of them say the same: the same sides, possibly swapped; one the other
 * times a constant; or the same value for the same name.
 */
export function compareRelations(answer: Relation, given: Relation, compare: Compare): ComparisonResult {
  const isEquation = (x: Relation) => x.sides.length === 2 && x.operators[0] === "=";
  if (isEquation(answer) && isEquation(given)) {
    const direct = better(compareSides(answer.sides, given.sides, compare), () =>
      compareSides(answer.sides, [...given.sides].reverse(), compare),
    );
    return better(
      better(direct, () => compareMultiples(answer, given)),
      () => compareFunctionNames(answer, given, compare),
    );
  }
  if (answer.sides.length === given.sides.length) {
    const isSame = answer.operators.every((operator, i) => operator === given.operators[i]);
    const isTurned = answer.operators.every((operator, i) => turned(operator) === given.operators.at(-1 - i));
    let result: ComparisonResult = unlike;
    if (isSame) result = compareSides(answer.sides, given.sides, compare);
    if (isTurned)
      result = better(result, () => compareSides(answer.sides, [...given.sides].reverse(), compare));
    if (result.equal) return result;
    if (answer.sides.length === 2 && (isSame || isTurned)) {
      const operator = answer.operators[0]!;
      const sign = operator === given.operators[0] ? "positive" : "negative";
      return better(result, () => compareMultiples(answer, given, operator === "\\ne" ? undefined : sign));
    }
    if (isSame || isTurned) return result;
  }
  return compareChains(answer, given, compare);
}

/** x = 3/2 = 1.5 against x = 1.5: the same name, and values that agree. */
function compareChains(answer: Relation, given: Relation, compare: Compare): ComparisonResult {
  const isEqual = (a: ParsedAnswer, b: ParsedAnswer) => compare(a, b).equal === true;
  const left = relationValue({ relation: answer, isReference: true, isEqual });
  const right = relationValue({ relation: given, isReference: false, isEqual });
  if (!left || !right) return unlike;
  const hasNames = left.names.length > 0 && right.names.length > 0;
  if (hasNames && !left.names.some(a => right.names.some(b => isEqual(a, b)))) return unlike;
  let result: ComparisonResult = unlike;
  for (const a of left.values) for (const b of right.values) result = better(result, () => compare(a, b));
  return { ...result, method: "relation" };
}

/** W(n) = 1 and W(x) = 1 are one function. */
function compareFunctionNames(answer: Relation, given: Relation, compare: Compare): ComparisonResult {
  const header = ({ sides }: Relation) =>
    sides[0]?.kind === "formula" ? /^([a-zA-Z])\s*\(\s*([a-zA-Z])\s*\)$/.exec(sides[0].latex) : null;
  const [a, b] = [header(answer), header(given)];
  const [left, right] = [answer.sides[1], given.sides[1]];
  if (!a || !b || a[1] !== b[1] || a[2] === b[2] || left?.kind !== "formula" || right?.kind !== "formula")
    return unlike;
  return {
    ...compare(left, { ...right, expression: renameSymbol(right.expression, b[2]!, a[2]!) }),
    method: "relation",
  };
}

function compareSides(
  a: readonly ParsedAnswer[],
  b: readonly ParsedAnswer[],
  compare: Compare,
): ComparisonResult {
  let isUndecided = false;
  for (const [i, side] of a.entries()) {
    const { equal } = compare(side, b[i]!);
    if (equal === false) return unlike;
    if (equal === undefined) isUndecided = true;
  }
  return { equal: isUndecided ? undefined : true, method: "relation" };
}

function turned(operator: string): string {
  return { "<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le" }[operator] ?? operator;
}

/**
 * Whether a = c b for the differences a and b of the sides and a constant c other than 0, of the sign given, which matters
 * for inequalities: a(p) b(q) = a(q) b(p) for all p and q. The symbols of q are those of p renamed, so that the test is one
 * comparison of formulas.
 */
function compareMultiples(
  answer: Relation,
  given: Relation,
  sign?: "positive" | "negative",
): ComparisonResult {
  const [a, b] = [differenceOf(answer), differenceOf(given)];
  // 3 = 5 is a multiple of 4 = 7.
  if (!a || !b || surveyExpression(a).symbols.length === 0) return unlike;
  const cross = compareExpressions(call("Multiply", a, prime(b)), call("Multiply", prime(a), b));
  if (!cross.equal) return { equal: cross.equal, method: "relation" };
  // 0 = 0 is a multiple of everything; and (x - 1) times anything would pass if the other were 0.
  for (const side of [a, b]) if (compareExpressions(side, zero).equal !== false) return unlike;
  if (!sign) return { equal: true, method: "relation" };
  const product = compareExpressions(call("Multiply", a, b), call("Abs", call("Multiply", a, b)));
  return { equal: product.equal === (sign === "positive"), method: "relation" };
}

function differenceOf({ sides }: Relation): Expression | undefined {
  const [left, right] = sides;
  if (left?.kind !== "formula" || right?.kind !== "formula") return undefined;
  return call("Add", left.expression, call("Negate", right.expression));
}

const zero: Expression = { op: "number", value: { n: 0n, d: 1n } };

function prime(x: Expression): Expression {
  spend(0.2);
  if (x.op === "symbol") return { op: "symbol", name: `${x.name}'` };
  return x.op === "call" ? { ...x, args: x.args.map(prime) } : x;
}

function call(fn: FunctionName, ...args: Expression[]): Expression {
  return { op: "call", fn, args };
}
