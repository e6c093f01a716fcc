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
  gold: ParsedAnswer,
  answer: ParsedAnswer,
  { tolerance }: CompareAnswersOptions = {},
): ComparisonResult {
  spend(1);
  if (typeof tolerance === "object") return compareWithTolerances(gold, answer, tolerance);
  const options = { tolerance };
  const compare: Compare = (a, b) => compareAnswers(a, b, options);
  const comparer: Comparer = { compare, mayBeEqual: options.tolerance ? () => true : mayBeEqual };
  // A comma between digits is tried as a separator of thousands, then of a list.
  if (gold.kind === "list" && gold.alternative)
    return better(compare(gold.items[0]!, answer), () => compare(gold.alternative!, answer));
  if (answer.kind === "list" && answer.alternative)
    return better(compare(gold, answer.items[0]!), () => compare(gold, answer.alternative!));
  if (gold.kind === "list" && gold.items.length === 1) return compare(gold.items[0]!, answer);
  if (answer.kind === "list" && answer.items.length === 1) return compare(gold, answer.items[0]!);

  if (gold.kind === "choice" || answer.kind === "choice") return compareChoices(gold, answer, compare);
  if (gold.kind === "formula" && answer.kind === "formula") return compareQuantities(gold, answer, options);
  if (
    (gold.kind === "text" || answer.kind === "text") &&
    gold.kind !== "relation" &&
    answer.kind !== "relation"
  )
    return compareTexts(gold, answer);
  if (isEmptySet(gold) || isEmptySet(answer))
    return { equal: isEmptySet(gold) && isEmptySet(answer), method: "set" };
  if (gold.kind === "set builder" || answer.kind === "set builder")
    return compareSetBuilders(gold, answer, compare);
  const sets = compareRealSets(gold, answer);
  if (sets?.equal) return sets;
  if (gold.kind === "relation" && answer.kind === "relation") {
    const result = compareRelations(gold, answer, compare);
    return result.equal ? result : (sets ?? result);
  }
  if (sets) return sets;
  if (gold.kind === "relation")
    return compareWithValues(gold, true, compare, value => compare(value, answer));
  if (answer.kind === "relation")
    return compareWithValues(answer, false, compare, value => compare(gold, value));
  if (gold.kind === "ratio" || answer.kind === "ratio") return compareRatios(gold, answer, options);
  return compareCollections(gold, answer, comparer);
}

/** Each of several values within its own tolerance. */
function compareWithTolerances(
  gold: ParsedAnswer,
  answer: ParsedAnswer,
  tolerances: readonly number[],
): ComparisonResult {
  const items = gold.kind === "list" && !gold.alternative ? gold.items : [];
  if (answer.kind !== "list" || items.length !== tolerances.length || answer.items.length !== items.length)
    return compareAnswers(gold, answer, { tolerance: tolerances[0] });
  const left = [...answer.items];
  for (const [i, item] of items.entries()) {
    const at = left.findIndex(other => compareAnswers(item, other, { tolerance: tolerances[i] }).equal);
    if (at < 0) return { equal: false, method: "list" };
    left.splice(at, 1);
  }
  return { equal: true, method: "list" };
}

type Compare = (gold: ParsedAnswer, answer: ParsedAnswer) => ComparisonResult;

interface Comparer {
  compare: Compare;
  /** A cheap test before `compare`: false if the two differ for sure. */
  mayBeEqual(a: ParsedAnswer, b: ParsedAnswer): boolean;
}

/** The letter of a choice: (C) 42 is C. The text after the letter counts only against another choice. */
function compareChoices(gold: ParsedAnswer, answer: ParsedAnswer, compare: Compare): ComparisonResult {
  if (gold.kind === "choice" && answer.kind === "choice") {
    if (gold.letter !== answer.letter) return { equal: false, method: "text" };
    return compare(gold.content, answer.content);
  }
  const [choice, other] = gold.kind === "choice" ? [gold, answer] : [answer as Answer<"choice">, gold];
  if (other.kind === "formula" && other.latex.toUpperCase() === choice.letter)
    return { equal: true, method: "text" };
  // The reference's letter and its value are one answer; in a box they would be two guesses.
  return gold.kind === "choice" ? compare(gold.content, answer) : { equal: undefined, method: "text" };
}

function compareTexts(gold: ParsedAnswer, answer: ParsedAnswer): ComparisonResult {
  const [left, right] = [plainText(gold), plainText(answer)];
  if (left !== undefined && left === right) return { equal: true, method: "text" };
  // A reference that leaves out a.m. and p.m. does not ask for them.
  if (gold.kind === "ratio" && gold.time && right?.replace(/[ap]m$/, "") === left)
    return { equal: true, method: "text" };
  // A phrase may well have the value of a formula; two different texts are two answers.
  const isPhrase = [gold, answer].some(x => x.kind === "text" && x.isPhrase);
  return { equal: isPhrase && gold.kind !== answer.kind ? undefined : false, method: "text" };
}

function isEmptySet(x: ParsedAnswer): boolean {
  return plainText(x) === "emptyset";
}

/** x = 5 against 5: any form in which the chain writes its value. */
function compareWithValues(
  relation: Relation,
  isGold: boolean,
  compare: Compare,
  compareValue: (value: ParsedAnswer) => ComparisonResult,
): ComparisonResult {
  const isEqual = (a: ParsedAnswer, b: ParsedAnswer) => compare(a, b).equal === true;
  const found = relationValue({ relation, isGold, isEqual });
  let result: ComparisonResult = { equal: false, method: "relation" };
  for (const value of found?.values ?? []) result = better(result, () => compareValue(value));
  return result;
}

/** { 2k : k \in \mathbb{Z} }: the same element and condition, whatever the symbol's name. */
function compareSetBuilders(gold: ParsedAnswer, answer: ParsedAnswer, compare: Compare): ComparisonResult {
  const undecided: ComparisonResult = { equal: undefined, method: "set" };
  if (gold.kind !== "set builder" || answer.kind !== "set builder") return undecided;
  const [to, from] = [boundSymbol(gold.condition), boundSymbol(answer.condition)];
  const renamed = from && to && from !== to ? renameIn(answer, from, to) : answer;
  if (renamed.kind !== "set builder") return undecided;
  const isSame =
    compare(gold.element, renamed.element).equal && compare(gold.condition, renamed.condition).equal;
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
  gold: ParsedAnswer,
  answer: ParsedAnswer,
  options: CompareExpressionsOptions,
): ComparisonResult {
  const time = (x: ParsedAnswer) => (x.kind === "ratio" ? x.time : undefined);
  if (time(gold) && answer.kind === "ratio") {
    if (time(gold) === time(answer)) return { equal: true, method: "text" };
    if (time(answer)) return { equal: undefined, method: "text" };
  }
  const [left, right] = [asFraction(gold), asFraction(answer)];
  if (left && right) {
    const result = compareExpressions(left, right, options);
    // 3:30 is not in lowest terms, so it is a time and not the fraction 1/10.
    return result.equal && answer.kind !== "ratio" && isTimeRatherThanRatio(gold)
      ? { equal: undefined, method: "text" }
      : result;
  }
  if (gold.kind !== "ratio" || answer.kind !== "ratio" || gold.items.length !== answer.items.length)
    return { equal: false, method: "kind" };
  // a:b:c by cross products with the first.
  const values = (x: Answer<"ratio">) =>
    x.items.map(item => (item.kind === "formula" ? item.expression : undefined));
  const [p, q] = [values(gold), values(answer)];
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

function isTimeRatherThanRatio(gold: ParsedAnswer): boolean {
  if (gold.kind !== "ratio" || !gold.time) return false;
  const value = surveyExpression(asFraction(gold)!).exact;
  return value !== undefined && `${value.n}:${value.d}` !== gold.time;
}

/** Tuples, sets, lists and matrices. */
function compareCollections(gold: ParsedAnswer, answer: ParsedAnswer, comparer: Comparer): ComparisonResult {
  const { compare } = comparer;
  const unlike: ComparisonResult = { equal: false, method: "kind" };
  if (gold.kind === "matrix" || answer.kind === "matrix") {
    const [left, right] = [asTable(gold), asTable(answer)];
    return left && right ? compareTables(left, right, compare) : unlike;
  }
  if (gold.kind === "group" && answer.kind === "group") return compareGroups(gold, answer, comparer);
  // A list equals a union with the same parts in any order, if none of them could be a point.
  if (gold.kind === "union" || answer.kind === "union") {
    const [left, right] = [partsOf(gold), partsOf(answer)];
    return left && right && left.every(isInterval) ? inAnyOrder(left, right, "interval", comparer) : unlike;
  }
  const [left, right] = [itemsOf(gold), itemsOf(answer)];
  if (!left || !right) {
    if (left?.length === 1 && !isInterval(gold)) return compare(left[0]!, answer);
    if (right?.length === 1 && !isInterval(answer)) return compare(gold, right[0]!);
    return unlike;
  }
  // 1, 9 leaves out what [1, 9) and (1, \infty) say.
  if (isInterval(gold) || isInterval(answer)) return { equal: false, method: "interval" };
  const isAlternative = (x: ParsedAnswer) => x.kind === "list" && x.conjunction === "or";
  if ((isTuple(gold) && isAlternative(answer)) || (isTuple(answer) && isAlternative(gold))) return unlike;
  const order = orderOfNames(left) ?? orderOfNames(right);
  if (order === "any" && (isTuple(gold) || isTuple(answer))) return { equal: false, method: "tuple" };
  const named = left.every(isAssignment) && right.every(isAssignment);
  // A tuple or x = 1, y = 2 against the same values without parentheses or names keeps its order.
  return isTuple(gold) || isTuple(answer) || (order === "given" && !named)
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

function compareGroups(gold: Group, answer: Group, comparer: Comparer): ComparisonResult {
  if (gold.open === "{" || answer.open === "{") {
    // A set in braces against a tuple: only braces are unordered.
    if (gold.open !== answer.open) return { equal: false, method: "set" };
    return inAnyOrder(
      withoutRepeats(gold.items, comparer),
      withoutRepeats(answer.items, comparer),
      "set",
      comparer,
    );
  }
  // (1, 2] is an interval; [1, 2, 3] is a way to write a tuple.
  const isUnlike = gold.open !== answer.open || gold.close !== answer.close;
  if (isUnlike && (isInterval(gold) || isInterval(answer))) return { equal: false, method: "interval" };
  return inOrder(gold.items, answer.items, "tuple", comparer.compare);
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
  gold: readonly ParsedAnswer[],
  answer: readonly ParsedAnswer[],
  method: ComparisonMethod,
  compare: Compare,
): ComparisonResult {
  if (gold.length !== answer.length) return { equal: false, method };
  let result: ComparisonResult = { equal: true, method };
  for (const [i, item] of gold.entries()) {
    result = both(result, compare(item, answer[i]!));
    if (result.equal === false) break;
  }
  return { ...result, method };
}

/** Whether the items of both pair off as equal. Values that differ widely are told apart without a full comparison. */
function inAnyOrder(
  gold: readonly ParsedAnswer[],
  answer: readonly ParsedAnswer[],
  method: ComparisonMethod,
  { compare, mayBeEqual }: Comparer,
): ComparisonResult {
  if (gold.length !== answer.length) return { equal: false, method };
  const left = [...answer];
  let isUndecided = false;
  for (const item of gold) {
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
