import { type CompareExpressionsOptions, compareExpressions } from "./compare-expressions.js";
import { compareQuantities } from "./compare-quantities.js";
import { compareRealSets, isInterval } from "./compare-real-sets.js";
import { compareRelations } from "./compare-relations.js";
import { better, type ComparisonMethod, type ComparisonResult } from "./comparison-result.js";
import type { Expression, FunctionName } from "./expression.js";
import { mayBeEqual } from "./may-be-equal.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { plainText } from "./plain-text.js";
import { relationValue } from "./relation-value.js";
import { renameSymbol } from "./rename-symbol.js";
import { surveyExpression } from "./survey-expression.js";
import { spend } from "./work-budget.js";

type Answer<Kind extends ParsedAnswer["kind"]> = Extract<ParsedAnswer, { kind: Kind }>;
type Group = Answer<"group">;
type Relation = Answer<"relation">;

export interface CompareAnswersOptions {
  /** Largest difference of two numbers that counts as equal; a list has one per value of the reference. Default: none. */
  tolerance?: number | readonly number[];
}

/**
 * Whether an answer says what the reference says. The comparison is asymmetric in a few commented places:
 * the reference is trusted, and it may rely on the question, which is not available here.
 */
export function compareAnswers(
  answer: ParsedAnswer,
  given: ParsedAnswer,
  { tolerance }: CompareAnswersOptions = {},
): ComparisonResult {
  spend(1);
  if (typeof tolerance === "object") return compareWithTolerances(answer, given, tolerance);
  const options = { tolerance };
  const compare: Compare = (a, b) => compareAnswers(a, b, options);
  const comparer: Comparer = { compare, mayBeEqual: options.tolerance ? () => true : mayBeEqual };
  // A comma between digits is tried as a separator of thousands, then of a list.
  if (answer.kind === "list" && answer.alternative)
    return better(compare(answer.items[0]!, given), () => compare(answer.alternative!, given));
  if (given.kind === "list" && given.alternative)
    return better(compare(answer, given.items[0]!), () => compare(answer, given.alternative!));
  if (answer.kind === "list" && answer.items.length === 1) return compare(answer.items[0]!, given);
  if (given.kind === "list" && given.items.length === 1) return compare(answer, given.items[0]!);

  if (answer.kind === "choice" || given.kind === "choice") return compareChoices(answer, given, compare);
  if (answer.kind === "formula" && given.kind === "formula") return compareQuantities(answer, given, options);
  if (
    (answer.kind === "text" || given.kind === "text") &&
    answer.kind !== "relation" &&
    given.kind !== "relation"
  )
    return compareTexts(answer, given);
  if (isEmptySet(answer) || isEmptySet(given))
    return { equal: isEmptySet(answer) && isEmptySet(given), method: "set" };
  if (answer.kind === "set builder" || given.kind === "set builder")
    return compareSetBuilders(answer, given, compare);
  const sets = compareRealSets(answer, given);
  if (sets?.equal) return sets;
  if (answer.kind === "relation" && given.kind === "relation") {
    const result = compareRelations(answer, given, compare);
    return result.equal ? result : (sets ?? result);
  }
  if (sets) return sets;
  if (answer.kind === "relation")
    return compareWithValues(answer, true, compare, value => compare(value, given));
  if (given.kind === "relation")
    return compareWithValues(given, false, compare, value => compare(answer, value));
  if (answer.kind === "ratio" || given.kind === "ratio") return compareRatios(answer, given, options);
  return compareCollections(answer, given, comparer);
}

/** Each of several values within its own tolerance. */
function compareWithTolerances(
  answer: ParsedAnswer,
  given: ParsedAnswer,
  tolerances: readonly number[],
): ComparisonResult {
  const items = answer.kind === "list" && !answer.alternative ? answer.items : [];
  if (given.kind !== "list" || items.length !== tolerances.length || given.items.length !== items.length)
    return compareAnswers(answer, given, { tolerance: tolerances[0] });
  const left = [...given.items];
  for (const [i, item] of items.entries()) {
    const at = left.findIndex(other => compareAnswers(item, other, { tolerance: tolerances[i] }).equal);
    if (at < 0) return { equal: false, method: "list" };
    left.splice(at, 1);
  }
  return { equal: true, method: "list" };
}

type Compare = (answer: ParsedAnswer, given: ParsedAnswer) => ComparisonResult;

interface Comparer {
  compare: Compare;
  /** A cheap test before `compare`: false if the two differ for sure. */
  mayBeEqual(a: ParsedAnswer, b: ParsedAnswer): boolean;
}

/** The letter of a choice: (C) 42 is C. The text after the letter counts only against another choice. */
function compareChoices(answer: ParsedAnswer, given: ParsedAnswer, compare: Compare): ComparisonResult {
  if (answer.kind === "choice" && given.kind === "choice") {
    if (answer.letter !== given.letter) return { equal: false, method: "text" };
    return compare(answer.content, given.content);
  }
  const [choice, other] = answer.kind === "choice" ? [answer, given] : [given as Answer<"choice">, answer];
  if (other.kind === "formula" && other.latex.toUpperCase() === choice.letter)
    return { equal: true, method: "text" };
  // The reference's letter and its value are one answer; in a box they would be two guesses.
  return answer.kind === "choice" ? compare(answer.content, given) : { equal: undefined, method: "text" };
}

function compareTexts(answer: ParsedAnswer, given: ParsedAnswer): ComparisonResult {
  const [left, right] = [plainText(answer), plainText(given)];
  if (left !== undefined && left === right) return { equal: true, method: "text" };
  // A reference that leaves out a.m. and p.m. does not ask for them.
  if (answer.kind === "ratio" && answer.time && right?.replace(/[ap]m$/, "") === left)
    return { equal: true, method: "text" };
  // A phrase may well have the value of a formula; two different texts are two answers.
  const isPhrase = [answer, given].some(x => x.kind === "text" && x.isPhrase);
  return { equal: isPhrase && answer.kind !== given.kind ? undefined : false, method: "text" };
}

function isEmptySet(x: ParsedAnswer): boolean {
  return plainText(x) === "emptyset";
}

/** x = 5 against 5: any form in which the chain writes its value. */
function compareWithValues(
  relation: Relation,
  isReference: boolean,
  compare: Compare,
  compareValue: (value: ParsedAnswer) => ComparisonResult,
): ComparisonResult {
  const isEqual = (a: ParsedAnswer, b: ParsedAnswer) => compare(a, b).equal === true;
  const found = relationValue({ relation, isReference, isEqual });
  let result: ComparisonResult = { equal: false, method: "relation" };
  for (const value of found?.values ?? []) result = better(result, () => compareValue(value));
  return result;
}

/** { 2k : k \in \mathbb{Z} }: the same element and condition, whatever the symbol's name. */
function compareSetBuilders(answer: ParsedAnswer, given: ParsedAnswer, compare: Compare): ComparisonResult {
  const undecided: ComparisonResult = { equal: undefined, method: "set" };
  if (answer.kind !== "set builder" || given.kind !== "set builder") return undecided;
  const [to, from] = [boundSymbol(answer.condition), boundSymbol(given.condition)];
  const renamed = from && to && from !== to ? renameIn(given, from, to) : given;
  if (renamed.kind !== "set builder") return undecided;
  const isSame =
    compare(answer.element, renamed.element).equal && compare(answer.condition, renamed.condition).equal;
  return isSame ? { equal: true, method: "set" } : undecided;
}

/** k of k \in \mathbb{Z}. */
function boundSymbol(condition: ParsedAnswer): string | undefined {
  const first = condition.kind === "list" ? condition.items[0]! : condition;
  const side = first.kind === "relation" ? first.sides[0]! : undefined;
  return side?.kind === "formula" && side.expression.op === "symbol" ? side.expression.name : undefined;
}

function renameIn(x: ParsedAnswer, from: string, to: string): ParsedAnswer {
  const all = (items: ParsedAnswer[]) => items.map(item => renameIn(item, from, to));
  switch (x.kind) {
    case "formula":
      return { ...x, expression: renameSymbol(x.expression, from, to) };
    case "relation":
      return { ...x, sides: all(x.sides) };
    case "list":
    case "group":
      return { ...x, items: all(x.items) };
    case "set builder":
      return { ...x, element: renameIn(x.element, from, to), condition: renameIn(x.condition, from, to) };
    default:
      return x;
  }
}

/** 3:5 against 6:10 and 3/5. Two possible times of day are equal only as the same time. */
function compareRatios(
  answer: ParsedAnswer,
  given: ParsedAnswer,
  options: CompareExpressionsOptions,
): ComparisonResult {
  const time = (x: ParsedAnswer) => (x.kind === "ratio" ? x.time : undefined);
  if (time(answer) && given.kind === "ratio") {
    if (time(answer) === time(given)) return { equal: true, method: "text" };
    if (time(given)) return { equal: undefined, method: "text" };
  }
  const [left, right] = [asFraction(answer), asFraction(given)];
  if (left && right) {
    const result = compareExpressions(left, right, options);
    // 3:30 is not in lowest terms, so it is a time and not the fraction 1/10.
    return result.equal && given.kind !== "ratio" && isTimeRatherThanRatio(answer)
      ? { equal: undefined, method: "text" }
      : result;
  }
  if (answer.kind !== "ratio" || given.kind !== "ratio" || answer.items.length !== given.items.length)
    return { equal: false, method: "kind" };
  // a:b:c by cross products with the first.
  const values = (x: Answer<"ratio">) =>
    x.items.map(item => (item.kind === "formula" ? item.expression : undefined));
  const [p, q] = [values(answer), values(given)];
  if (p.includes(undefined) || q.includes(undefined)) return { equal: undefined, method: "tuple" };
  return p
    .slice(1)
    .map((_, i) => compareExpressions(call("Multiply", p[0]!, q[i + 1]!), call("Multiply", q[0]!, p[i + 1]!)))
    .reduce(both, { equal: true, method: "tuple" });
}

function asFraction(x: ParsedAnswer): Expression | undefined {
  if (x.kind === "formula") return x.expression;
  if (x.kind !== "ratio" || x.items.length !== 2) return undefined;
  const [top, bottom] = x.items;
  return top?.kind === "formula" && bottom?.kind === "formula"
    ? call("Divide", top.expression, bottom.expression)
    : undefined;
}

function isTimeRatherThanRatio(answer: ParsedAnswer): boolean {
  if (answer.kind !== "ratio" || !answer.time) return false;
  const value = surveyExpression(asFraction(answer)!).exact;
  return value !== undefined && `${value.n}:${value.d}` !== answer.time;
}

/** Tuples, sets, lists and matrices. */
function compareCollections(answer: ParsedAnswer, given: ParsedAnswer, comparer: Comparer): ComparisonResult {
  const { compare } = comparer;
  const unlike: ComparisonResult = { equal: false, method: "kind" };
  if (answer.kind === "matrix" || given.kind === "matrix") {
    const [left, right] = [asTable(answer), asTable(given)];
    return left && right ? compareTables(left, right, compare) : unlike;
  }
  if (answer.kind === "group" && given.kind === "group") return compareGroups(answer, given, comparer);
  // A list equals a union with the same parts in any order, if none of them could be a point.
  if (answer.kind === "union" || given.kind === "union") {
    const [left, right] = [partsOf(answer), partsOf(given)];
    return left && right && left.every(isInterval) ? inAnyOrder(left, right, "interval", comparer) : unlike;
  }
  const [left, right] = [itemsOf(answer), itemsOf(given)];
  if (!left || !right) {
    if (left?.length === 1 && !isInterval(answer)) return compare(left[0]!, given);
    if (right?.length === 1 && !isInterval(given)) return compare(answer, right[0]!);
    return unlike;
  }
  // 1, 9 leaves out what [1, 9) and (1, \infty) say.
  if (isInterval(answer) || isInterval(given)) return { equal: false, method: "interval" };
  const isAlternative = (x: ParsedAnswer) => x.kind === "list" && x.conjunction === "or";
  if ((isTuple(answer) && isAlternative(given)) || (isTuple(given) && isAlternative(answer))) return unlike;
  const order = orderOfNames(left) ?? orderOfNames(right);
  if (order === "any" && (isTuple(answer) || isTuple(given))) return { equal: false, method: "tuple" };
  const named = left.every(isAssignment) && right.every(isAssignment);
  // A tuple or x = 1, y = 2 against the same values without parentheses or names keeps its order.
  return isTuple(answer) || isTuple(given) || (order === "given" && !named)
    ? inOrder(left, right, "tuple", compare)
    : inAnyOrder(left, right, "list", comparer);
}

function isTuple(x: ParsedAnswer): boolean {
  return x.kind === "group" && x.open !== "{";
}

function isAssignment(x: ParsedAnswer): x is Relation {
  return x.kind === "relation" && x.operators.length === 1 && x.operators[0] === "=";
}

/** In x = 1, y = 2 the names give the order; the values of x = 1, x = 2 may come in any. Undefined without names. */
function orderOfNames(items: readonly ParsedAnswer[]): "given" | "any" | undefined {
  const names = items.filter(isAssignment).map(({ sides }) => plainText(sides[0]!));
  if (names.length === 0 || items.length < 2) return undefined;
  return new Set(names).size === 1 ? "any" : "given";
}

function compareGroups(answer: Group, given: Group, comparer: Comparer): ComparisonResult {
  if (answer.open === "{" || given.open === "{") {
    // A set in braces against a tuple: only braces are unordered.
    if (answer.open !== given.open) return { equal: false, method: "set" };
    return inAnyOrder(
      withoutRepeats(answer.items, comparer),
      withoutRepeats(given.items, comparer),
      "set",
      comparer,
    );
  }
  // (1, 2] is an interval; [1, 2, 3] is a way to write a tuple.
  const isUnlike = answer.open !== given.open || answer.close !== given.close;
  if (isUnlike && (isInterval(answer) || isInterval(given))) return { equal: false, method: "interval" };
  return inOrder(answer.items, given.items, "tuple", comparer.compare);
}

function withoutRepeats(
  items: readonly ParsedAnswer[],
  { compare, mayBeEqual }: Comparer,
): readonly ParsedAnswer[] {
  const kept: ParsedAnswer[] = [];
  for (const item of items) {
    spend(kept.length / 20);
    if (!kept.some(earlier => mayBeEqual(earlier, item) && compare(earlier, item).equal)) kept.push(item);
  }
  return kept;
}

function itemsOf(x: ParsedAnswer): readonly ParsedAnswer[] | undefined {
  return x.kind === "list" || x.kind === "group" ? x.items : undefined;
}

function partsOf(x: ParsedAnswer): readonly ParsedAnswer[] | undefined {
  return x.kind === "list" || x.kind === "union" ? x.items : undefined;
}

function asTable(x: ParsedAnswer): ParsedAnswer[][] | undefined {
  if (x.kind === "matrix") return x.rows;
  if (x.kind !== "group" || x.open === "{" || isInterval(x)) return undefined;
  // Rows in brackets, or a vector.
  const rows = x.items.map(item => (item.kind === "group" ? item.items : undefined));
  return rows.includes(undefined) ? [x.items] : (rows as ParsedAnswer[][]);
}

function compareTables(a: ParsedAnswer[][], b: ParsedAnswer[][], compare: Compare): ComparisonResult {
  const isVector = (rows: ParsedAnswer[][]) => rows.length === 1 || rows.every(cells => cells.length === 1);
  const isSameShape = a.length === b.length && a.every((row, i) => row.length === b[i]!.length);
  if (!isSameShape && !(isVector(a) && isVector(b))) return { equal: false, method: "matrix" };
  return inOrder(a.flat(), b.flat(), "matrix", compare);
}

function inOrder(
  answer: readonly ParsedAnswer[],
  given: readonly ParsedAnswer[],
  method: ComparisonMethod,
  compare: Compare,
): ComparisonResult {
  if (answer.length !== given.length) return { equal: false, method };
  let result: ComparisonResult = { equal: true, method };
  for (const [i, item] of answer.entries()) {
    result = both(result, compare(item, given[i]!));
    if (result.equal === false) break;
  }
  return { ...result, method };
}

/** Whether the items of both pair off as equal. Values that differ widely are told apart without a full comparison. */
function inAnyOrder(
  answer: readonly ParsedAnswer[],
  given: readonly ParsedAnswer[],
  method: ComparisonMethod,
  { compare, mayBeEqual }: Comparer,
): ComparisonResult {
  if (answer.length !== given.length) return { equal: false, method };
  const left = [...given];
  let isUndecided = false;
  for (const item of answer) {
    spend(left.length / 20);
    const at = left.findIndex(other => {
      if (!mayBeEqual(item, other)) return false;
      const { equal } = compare(item, other);
      if (equal === undefined) isUndecided = true;
      return equal;
    });
    if (at < 0) return { equal: isUndecided ? undefined : false, method };
    left.splice(at, 1);
  }
  return { equal: true, method };
}

function both(a: ComparisonResult, b: ComparisonResult): ComparisonResult {
  if (a.equal === false || b.equal === false) return a.equal === false ? a : b;
  return b.equal === undefined ? b : a;
}

function call(fn: FunctionName, ...args: Expression[]): Expression {
  return { op: "call", fn, args };
}
