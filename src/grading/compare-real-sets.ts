import type { ComparisonResult } from "./comparison-result.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { sameRealSet, toRealSet } from "./real-set.js";

type Group = Extract<ParsedAnswer, { kind: "group" }>;

/**
 * Compares two answers as sets of real numbers, if both are such sets and at least one has an unambiguous form:
 * a union, an inequality, an interval to infinity. Undefined if another comparison applies: two numbers in
 * brackets are read as an interval only beside such a set, and a list of intervals is not a union.
 */
export function compareRealSets(answer: ParsedAnswer, given: ParsedAnswer): ComparisonResult | undefined {
  if (!isSetLike(answer) && !isSetLike(given)) return undefined;
  if (answer.kind === "group" && given.kind === "group") return undefined;
  // x < 2, y > 3 bounds two numbers, and is not the set of one.
  if (new Set([...boundSymbols(answer), ...boundSymbols(given)]).size > 1) return undefined;
  // (2, 9) \cup (2, 3) for the point (2, 9) would be two guesses in one.
  const [left, right] = [toRealSet(answer), toRealSet(given)];
  if (!left || !right) return undefined;
  return { equal: sameRealSet(left, right), method: "interval" };
}

/** [1, 9), (1, 9] and (1, \infty): two numbers in brackets that are not a point. */
export function isInterval(x: ParsedAnswer): boolean {
  if (x.kind !== "group" || x.items.length !== 2 || x.open === "{" || x.open === "<") return false;
  return x.open === "[" || x.close === "]" || x.items.some(isInfinite);
}

function isInfinite(x: ParsedAnswer): boolean {
  if (x.kind !== "formula") return false;
  const e = x.expression.op === "call" && x.expression.fn === "Negate" ? x.expression.args[0]! : x.expression;
  return e.op === "constant" && e.name === "Infinity";
}

function isPair(x: ParsedAnswer): x is Group {
  return x.kind === "group" && x.items.length === 2 && x.open !== "{" && x.open !== "<";
}

function isSetLike(x: ParsedAnswer): boolean {
  switch (x.kind) {
    case "union":
    case "intersection":
    case "difference":
      return true;
    case "group":
      return isInterval(x);
    case "relation":
      return x.operators.every(
        operator => operator !== "=" && operator !== "\\approx" && operator !== "\\to",
      );
    case "list":
      return (
        x.items.every(item => isSetLike(item) || isPair(item) || item.kind === "relation") &&
        x.items.some(item => item.kind === "relation" && isSetLike(item))
      );
    default:
      return false;
  }
}

/** The names that relations bound: x of x > 3 and of x \in \mathbb{R}, f(x) of 0 < f(x) < 1. */
function boundSymbols(x: ParsedAnswer): string[] {
  if (x.kind === "list") return x.items.flatMap(boundSymbols);
  if (x.kind !== "relation") return [];
  const sides = x.operators[0] === "\\in" ? x.sides.slice(0, 1) : x.sides;
  return sides.flatMap(side =>
    side.kind === "formula" && side.expression.op === "symbol" ? [side.expression.name] : [],
  );
}
