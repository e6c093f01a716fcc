import { compareExpressions } from "./compare-expressions.js";
import type { ComparisonResult, Method } from "./comparison-result.js";
import type { Expression, FunctionName } from "./expression.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { plainText } from "./plain-text.js";
import { sameRealSet, toRealSet } from "./real-set.js";

type Formula = Extract<ParsedAnswer, { kind: "formula" }>;
type Group = Extract<ParsedAnswer, { kind: "group" }>;
type Relation = Extract<ParsedAnswer, { kind: "relation" }>;

/** More answers than this are compared in their order only. */
const maxUnordered = 64;

/** Whether two parsed answers say the same. `gold` is the reference: only it may leave out, or add, what the other has. */
export function compareAnswers(gold: ParsedAnswer, answer: ParsedAnswer): ComparisonResult {
  // A comma between digits is tried as a separator, then as a list.
  for (const [one, other] of [
    [gold, answer],
    [answer, gold],
  ] as const) {
    if (one.kind !== "list" || !one.alternative) continue;
    const pair = (x: ParsedAnswer): [ParsedAnswer, ParsedAnswer] => (one === gold ? [x, other] : [other, x]);
    const first = compareAnswers(...pair(one.items[0]!));
    return first.equal ? first : merge(first, compareAnswers(...pair(one.alternative)));
  }
  if (gold.kind === "list" && gold.items.length === 1) return compareAnswers(gold.items[0]!, answer);
  if (answer.kind === "list" && answer.items.length === 1) return compareAnswers(gold, answer.items[0]!);

  if (gold.kind === "formula" && answer.kind === "formula") return compareFormulas(gold, answer);
  if (gold.kind === "text" || answer.kind === "text") return compareTexts(gold, answer);
  if (gold.kind === "relation" && answer.kind === "relation") return compareRelations(gold, answer);

  if (isEmptySet(gold) && isEmptySet(answer)) return { equal: true, method: "set" };
  const sets = compareSets(gold, answer);
  if (sets) return sets;
  if (gold.kind === "relation") return unwrap(gold, value => compareAnswers(value, answer));
  if (answer.kind === "relation") return unwrap(answer, value => compareAnswers(gold, value));
  if (gold.kind === "ratio" || answer.kind === "ratio") return compareRatios(gold, answer);

  const [tableA, tableB] = [asTable(gold), asTable(answer)];
  if (tableA && tableB && (gold.kind === "matrix" || answer.kind === "matrix"))
    return compareTables(tableA, tableB);
  if (gold.kind === "group" && answer.kind === "group") return compareGroups(gold, answer);
  const [itemsA, itemsB] = [asItems(gold), asItems(answer)];
  if (itemsA && itemsB) {
    // A tuple against the same things without its parentheses keeps its order.
    const isOrdered = isTuple(gold) || isTuple(answer);
    return isOrdered ? inOrder(itemsA, itemsB, "tuple") : inAnyOrder(itemsA, itemsB, "list");
  }
  if (itemsA?.length === 1) return compareAnswers(itemsA[0]!, answer);
  if (itemsB?.length === 1) return compareAnswers(gold, itemsB[0]!);
  return { equal: false, method: "kind" };
}

function compareFormulas(a: Formula, b: Formula): ComparisonResult {
  if (a.base && b.base && a.base.base === b.base.base)
    return { equal: a.base.digits === b.base.digits, method: "base" };
  const plain = compareExpressions(a.expression, b.expression);
  if (plain.equal && !a.unit && !b.unit) return plain;
  if (a.unit && b.unit && a.unit.dimension === b.unit.dimension && a.unit.scale !== b.unit.scale) {
    const convert = ({ expression, unit }: Formula) => times(expression, unit!.scale);
    return { ...compareExpressions(convert(a), convert(b)), method: "unit" };
  }
  // Of sums of money, angles and everything else no two are ever meant the same; a length for an area is a slip.
  const [left, right] = [quantity(a), quantity(b)];
  if (plain.equal && left && right && left !== right) return { equal: false, method: "unit" };
  if (plain.equal) return plain;
  if (!a.base !== !b.base) {
    const [withBase, without] = a.base ? [a, b] : [b, a];
    const digits = without.latex.replace(/[\s,{}]/g, "").toUpperCase();
    if (digits === withBase.base!.digits) return { equal: true, method: "base" };
  }
  if (!a.percent !== !b.percent) {
    const [withSign, without] = a.percent ? [a, b] : [b, a];
    const fraction = compareExpressions(
      call("Divide", withSign.expression, integer(100)),
      without.expression,
    );
    if (fraction.equal) return fraction;
  }
  if (!a.degrees !== !b.degrees) {
    const [withSign, without] = a.degrees ? [a, b] : [b, a];
    const radians = compareExpressions(call("Degrees", withSign.expression), without.expression);
    if (radians.equal) return radians;
  }
  return plain;
}

function quantity({ unit, degrees, percent }: Formula): "money" | "angle" | "percent" | "other" | undefined {
  if (degrees) return "angle";
  if (percent) return "percent";
  if (!unit) return undefined;
  return unit.dimension === "dollars" ? "money" : "other";
}

function compareTexts(a: ParsedAnswer, b: ParsedAnswer): ComparisonResult {
  const [left, right] = [plainText(a), plainText(b)];
  return { equal: left !== undefined && left === right, method: "text" };
}

/** x = 5 against 5, f(x) = 2x against 2x, 3/2 = 1.5 against 1.5: the last side, or the first where that is the name. */
function unwrap(relation: Relation, compare: (value: ParsedAnswer) => ComparisonResult): ComparisonResult {
  const { operators, sides } = relation;
  const isPlain = operators.every(
    operator => operator === "=" || operator === "\\approx" || operator === "\\in",
  );
  if (!isPlain) return { equal: false, method: "kind" };
  const first = sides[0]!;
  const last = sides.at(-1)!;
  const isName = (side: ParsedAnswer) =>
    side.kind === "text" || (side.kind === "formula" && isNameLike(side.expression));
  // 5 = x.
  if (!isName(first) && isName(last)) return compare(first);
  const outcome = compare(last);
  if (outcome.equal || operators.at(-1) !== "\\approx") return outcome;
  // x = \sqrt2 \approx 1.41.
  return merge(compare(sides.at(-2)!), outcome);
}

/** A symbol, f(x), \angle ABC: something that only names what the other side is. */
function isNameLike(x: Expression): boolean {
  if (x.op === "symbol" || x.op === "opaque") return true;
  return (
    x.op === "call" && x.fn === "Multiply" && x.args.every(arg => arg.op === "symbol" || arg.op === "opaque")
  );
}

function compareRelations(a: Relation, b: Relation): ComparisonResult {
  const simple = (relation: Relation) => relation.sides.length === 2 && relation.operators[0] === "=";
  if (simple(a) && simple(b)) {
    const direct = merge(
      inOrder(a.sides, b.sides, "relation"),
      inOrder(a.sides, [b.sides[1]!, b.sides[0]!], "relation"),
    );
    if (direct.equal) return direct;
    const [left, right] = [toDifference(a), toDifference(b)];
    return left && right ? compareMultiples(left, right) : direct;
  }
  const sets = compareSets(a, b);
  if (sets?.equal) return sets;
  if (a.sides.length === b.sides.length) {
    const same = a.operators.every((operator, i) => operator === b.operators[i]);
    const turned = a.operators.every(
      (operator, i) => flip(operator) === b.operators[b.operators.length - 1 - i],
    );
    if (same) {
      const outcome = inOrder(a.sides, b.sides, "relation");
      if (outcome.equal) return outcome;
    }
    if (turned) {
      const outcome = inOrder(a.sides, [...b.sides].reverse(), "relation");
      if (outcome.equal) return outcome;
    }
    if (sets) return sets;
    // Inequalities of one relation in several symbols: a positive multiple.
    const operator = a.operators[0]!;
    if (a.sides.length === 2 && (same || turned)) {
      const [left, right] = [toDifference(a), toDifference(b)];
      if (left && right) {
        const sign = operator === b.operators[0] ? "positive" : "negative";
        return compareMultiples(left, right, operator === "\\ne" ? undefined : sign);
      }
    }
  }
  if (sets) return sets;
  // A chain against what it ends in: x = 3/2 = 1.5 against x = 1.5.
  if (
    a.operators.every(isEquality) &&
    b.operators.every(isEquality) &&
    (a.sides.length > 2 || b.sides.length > 2)
  ) {
    return compareAnswers(a.sides.at(-1)!, b.sides.at(-1)!);
  }
  return { equal: false, method: "relation" };
}

function isEquality(operator: string): boolean {
  return operator === "=" || operator === "\\approx";
}

function flip(operator: string): string {
  return { "<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le" }[operator] ?? operator;
}

function toDifference({ sides }: Relation): Expression | undefined {
  const [left, right] = sides;
  if (left?.kind !== "formula" || right?.kind !== "formula") return undefined;
  return call("Add", left.expression, call("Negate", right.expression));
}

/**
 * Whether a = c b for a constant c other than 0: a(p) b(q) = a(q) b(p) for all p and q. The symbols of q are those of p
 * renamed, so the test is one comparison of formulas. The sign of c matters for inequalities.
 */
function compareMultiples(a: Expression, b: Expression, sign?: "positive" | "negative"): ComparisonResult {
  const [a2, b2] = [rename(a), rename(b)];
  const cross = compareExpressions(call("Multiply", a, b2), call("Multiply", a2, b));
  if (!cross.equal) return { equal: cross.equal, method: "relation" };
  // 0 = 0 is a multiple of everything; and (x - 1) times anything would pass if the other were 0.
  for (const side of [a, b])
    if (compareExpressions(side, integer(0)).equal) return { equal: false, method: "relation" };
  if (sign) {
    const product = compareExpressions(call("Multiply", a, b), call("Abs", call("Multiply", a, b)));
    return { equal: product.equal === (sign === "positive"), method: "relation" };
  }
  return { equal: true, method: "relation" };
}

function rename(x: Expression): Expression {
  if (x.op === "symbol") return { op: "symbol", name: `${x.name}'` };
  return x.op === "call" ? { ...x, args: x.args.map(rename) } : x;
}

/** Where both are sets of real numbers and one is written as more than a list: compared as sets. */
function compareSets(a: ParsedAnswer, b: ParsedAnswer): ComparisonResult | undefined {
  if (!isSetLike(a) && !isSetLike(b)) return undefined;
  // The same way of writing them allows symbols in the ends.
  if (a.kind === "group" && b.kind === "group") return compareGroups(a, b);
  if (a.kind === "union" && b.kind === "union") {
    const direct = inAnyOrder(a.items, b.items, "interval");
    if (direct.equal) return direct;
  }
  // x < 2, y > 3 bounds two numbers, and is not the set of one.
  if (new Set([...boundSymbols(a), ...boundSymbols(b)]).size > 1) return undefined;
  const [left, right] = [toRealSet(a), toRealSet(b)];
  if (!left || !right) return undefined;
  return { equal: sameRealSet(left, right), method: "interval" };
}

/** The symbols on a side of relations of their own: x of x > 3 and of x \in \mathbb{R}. */
function boundSymbols(x: ParsedAnswer): string[] {
  if (x.kind === "list") return x.items.flatMap(boundSymbols);
  if (x.kind !== "relation") return [];
  const sides = x.operators[0] === "\\in" ? x.sides.slice(0, 1) : x.sides;
  return sides.flatMap(side =>
    side.kind === "formula" && side.expression.op === "symbol" ? [side.expression.name] : [],
  );
}

function isEmptySet(x: ParsedAnswer): boolean {
  return plainText(x) === "emptyset";
}

function isSetLike(x: ParsedAnswer): boolean {
  switch (x.kind) {
    case "union":
    case "intersection":
    case "difference":
      return true;
    case "group":
      return x.items.length === 2 && x.open !== "{" && x.open !== "<";
    case "relation":
      return x.operators.every(
        operator => operator !== "=" && operator !== "\\approx" && operator !== "\\to",
      );
    case "list":
      return x.items.every(isSetLike) && x.items.some(item => item.kind === "relation");
    default:
      return false;
  }
}

function compareGroups(a: Group, b: Group): ComparisonResult {
  if (a.open === "{" || b.open === "{") {
    // A set in braces against a tuple: only braces are without order.
    if (a.open !== b.open) return { equal: false, method: "set" };
    return inAnyOrder(withoutRepeats(a.items), withoutRepeats(b.items), "set");
  }
  const isHalfOpen = (group: Group) => (group.open === "[") !== (group.close === "]");
  const unlike = a.open !== b.open || a.close !== b.close;
  // (1, 2] is an interval; [1, 2, 3] is a way to write a tuple.
  if (unlike && (a.items.length === 2 || isHalfOpen(a) || isHalfOpen(b))) {
    const isVector = a.open === "<" || b.open === "<";
    if (!isVector) return { equal: false, method: "interval" };
  }
  return inOrder(a.items, b.items, "tuple");
}

function withoutRepeats(items: readonly ParsedAnswer[]): readonly ParsedAnswer[] {
  if (items.length > maxUnordered) return items;
  return items.filter((item, i) => !items.slice(0, i).some(earlier => compareAnswers(earlier, item).equal));
}

function compareRatios(a: ParsedAnswer, b: ParsedAnswer): ComparisonResult {
  const asFormula = (x: ParsedAnswer): Formula | undefined => {
    if (x.kind === "formula") return x;
    if (x.kind !== "ratio" || x.items.length !== 2) return undefined;
    const [top, bottom] = x.items;
    if (top?.kind !== "formula" || bottom?.kind !== "formula") return undefined;
    return { kind: "formula", latex: "", expression: call("Divide", top.expression, bottom.expression) };
  };
  const [left, right] = [asFormula(a), asFormula(b)];
  if (left && right) return compareExpressions(left.expression, right.expression);
  if (a.kind !== "ratio" || b.kind !== "ratio" || a.items.length !== b.items.length)
    return { equal: false, method: "kind" };
  // a:b:c by cross products with the first.
  const values = (x: typeof a) =>
    x.items.map(item => (item.kind === "formula" ? item.expression : undefined));
  const [p, q] = [values(a), values(b)];
  if (p.includes(undefined) || q.includes(undefined)) return inOrder(a.items, b.items, "tuple");
  return p
    .slice(1)
    .map((_, i) => compareExpressions(call("Multiply", p[0]!, q[i + 1]!), call("Multiply", q[0]!, p[i + 1]!)))
    .reduce(and, { equal: true, method: "tuple" });
}

function asItems(x: ParsedAnswer): readonly ParsedAnswer[] | undefined {
  if (x.kind === "list" || x.kind === "group") return x.items;
  return undefined;
}

function isTuple(x: ParsedAnswer): boolean {
  return x.kind === "group" && x.open !== "{";
}

function asTable(x: ParsedAnswer): ParsedAnswer[][] | undefined {
  if (x.kind === "matrix") return x.rows;
  if (x.kind === "group" && x.open !== "{") {
    // Rows in brackets, or a vector.
    const rows = x.items.map(item => (item.kind === "group" ? item.items : undefined));
    return rows.includes(undefined) ? [x.items] : (rows as ParsedAnswer[][]);
  }
  return undefined;
}

function compareTables(a: ParsedAnswer[][], b: ParsedAnswer[][]): ComparisonResult {
  const isVector = (rows: ParsedAnswer[][]) => rows.length === 1 || rows.every(cells => cells.length === 1);
  if (isVector(a) && isVector(b)) return inOrder(a.flat(), b.flat(), "matrix");
  if (a.length !== b.length || a.some((row, i) => row.length !== b[i]!.length))
    return { equal: false, method: "matrix" };
  return inOrder(a.flat(), b.flat(), "matrix");
}

function inOrder(a: readonly ParsedAnswer[], b: readonly ParsedAnswer[], method: Method): ComparisonResult {
  if (a.length !== b.length) return { equal: false, method };
  let outcome: ComparisonResult = { equal: true, method };
  for (const [i, item] of a.entries()) {
    outcome = and(outcome, compareAnswers(item, b[i]!));
    if (outcome.equal === false) break;
  }
  return { ...outcome, method };
}

/** Each of the one equals its own of the other. */
function inAnyOrder(
  a: readonly ParsedAnswer[],
  b: readonly ParsedAnswer[],
  method: Method,
): ComparisonResult {
  if (a.length !== b.length) return { equal: false, method };
  const ordered = inOrder(a, b, method);
  if (ordered.equal || a.length > maxUnordered) return ordered;
  const left = [...b];
  let undecided = false;
  for (const item of a) {
    const at = left.findIndex(other => {
      const { equal } = compareAnswers(item, other);
      if (equal === undefined) undecided = true;
      return equal;
    });
    if (at < 0) return { equal: undecided ? undefined : false, method };
    left.splice(at, 1);
  }
  return { equal: true, method };
}

function and(a: ComparisonResult, b: ComparisonResult): ComparisonResult {
  if (a.equal === false || b.equal === false) return a.equal === false ? a : b;
  return b.equal === undefined ? b : a;
}

/** The better of two readings: equal, else undecided, else different. */
function merge(a: ComparisonResult, b: ComparisonResult): ComparisonResult {
  if (a.equal || b.equal) return a.equal ? a : b;
  return a.equal === undefined ? a : b;
}

function call(fn: FunctionName, ...args: Expression[]): Expression {
  return { op: "call", fn, args };
}

function integer(n: number): Expression {
  return { op: "number", value: { n: BigInt(n), d: 1n } };
}

/** Unit scales are decimals; a formula is multiplied by them exactly. */
function times(expression: Expression, scale: number): Expression {
  const [digits, power = "0"] = scale.toExponential().split("e");
  const [whole, part = ""] = digits!.split(".");
  const exponent = Number(power) - part.length;
  const value = { n: BigInt(whole + part), d: 1n };
  if (exponent >= 0) value.n *= 10n ** BigInt(exponent);
  else value.d = 10n ** BigInt(-exponent);
  return call("Multiply", { op: "number", value }, expression);
}
