import type { Expression } from "./expression.js";
import { complexField } from "./number-fields/complex-field.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { tryEvaluate } from "./try-evaluate.js";
import { spend } from "./work-budget.js";

/** An interval of real numbers; a point has both ends closed and equal. */
export interface RealInterval {
  from: number;
  to: number;
  fromClosed: boolean;
  toClosed: boolean;
}

/** Disjoint intervals, ascending, none touching the next. */
export type RealSet = RealInterval[];

const everything: RealSet = [
  { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, fromClosed: false, toClosed: false },
];

/**
 * Returns the set of real numbers that an interval, a union, a set of points, an inequality in one symbol or a list of
 * inequalities describes; undefined if the answer is not such a set, has symbols in its ends, or repeats a part, as
 * (2, 9) \\cup (2, 3) does.
 */
export function toRealSet(answer: ParsedAnswer): RealSet | undefined {
  switch (answer.kind) {
    case "group":
      return answer.open === "{"
        ? toPoints(answer.items)
        : toInterval(answer.open, answer.close, answer.items);
    case "union":
      return uniteParts(answer.items.map(toRealSet));
    case "intersection":
      return combine(answer.items.map(toRealSet), intersect);
    case "difference": {
      const [from, without] = [toRealSet(answer.from), toRealSet(answer.without)];
      return from && without && intersect(from, complement(without));
    }
    case "list": {
      if (answer.alternative || !answer.items.every(item => item.kind === "relation")) return undefined;
      const sets = answer.items.map(toRealSet);
      if (answer.conjunction === "and" || excludesOnly(answer)) return combine(sets, intersect);
      return uniteParts(sets);
    }
    case "relation":
      return fromRelation(answer.operators, answer.sides);
    case "formula":
      if (answer.expression.op !== "symbol") return undefined;
      if (answer.expression.name === "RealNumbers") return everything;
      return answer.expression.name === "EmptySet" ? [] : undefined;
    default:
      return undefined;
  }
}

/** Whether two sets are the same, their ends within a relative 1e-9. */
export function sameRealSet(a: RealSet, b: RealSet): boolean {
  return (
    a.length === b.length &&
    a.every((left, i) => {
      const right = b[i]!;
      return (
        close(left.from, right.from) &&
        close(left.to, right.to) &&
        left.fromClosed === right.fromClosed &&
        left.toClosed === right.toClosed
      );
    })
  );
}

/** x \ne 1, x \ne 2 excludes both. */
function excludesOnly(answer: Extract<ParsedAnswer, { kind: "list" }>): boolean {
  return answer.items.every(
    item => item.kind === "relation" && item.operators.every(operator => operator === "\\ne"),
  );
}

function close(a: number, b: number): boolean {
  return (
    a === b || (Number.isFinite(a - b) && Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b)))
  );
}

function numericValue(x: Expression): number | undefined {
  const value = tryEvaluate(x, complexField);
  return value && value.im === 0 && !Number.isNaN(value.re) ? value.re : undefined;
}

function numberOf(answer: ParsedAnswer | undefined): number | undefined {
  return answer?.kind === "formula" ? numericValue(answer.expression) : undefined;
}

function toPoints(items: readonly ParsedAnswer[]): RealSet | undefined {
  const values = items.map(numberOf);
  if (values.includes(undefined)) return undefined;
  return unite(
    values.map(value => ({ from: value!, to: value!, fromClosed: true, toClosed: true })),
    [],
  );
}

function toInterval(open: string, closing: string, items: readonly ParsedAnswer[]): RealSet | undefined {
  if (items.length !== 2 || open === "<") return undefined;
  const [from, to] = items.map(numberOf);
  if (from === undefined || to === undefined || from > to) return undefined;
  if (from === to && (open !== "[" || closing !== "]")) return undefined;
  const [fromClosed, toClosed] = [
    open === "[" && Number.isFinite(from),
    closing === "]" && Number.isFinite(to),
  ];
  return [{ from, to, fromClosed, toClosed }];
}

/** -2 < x \le 3, x \ne 5, x \in (1, 2), 5 > x. */
function fromRelation(operators: readonly string[], sides: readonly ParsedAnswer[]): RealSet | undefined {
  if (operators.length === 1 && operators[0] === "\\in")
    return isSymbol(sides[0]) ? toRealSet(sides[1]!) : undefined;
  const at = sides.findIndex(side => isSymbol(side) || isAbsoluteSymbol(side));
  if (at < 0) return undefined;
  let set = everything;
  for (const [i, operator] of operators.entries()) {
    // Every relation has the symbol on one side: 1 < 2 < x does not.
    if (i !== at - 1 && i !== at) return undefined;
    const bound = numberOf(sides[i === at ? at + 1 : i]);
    if (bound === undefined) return undefined;
    const half = halfLine(i === at ? operator : turned(operator), bound);
    if (!half) return undefined;
    set = intersect(set, half);
  }
  if (isSymbol(sides[at])) return set;
  // |x| is in the set where x or -x is, and not below 0.
  const right = intersect(set, [
    { from: 0, to: Number.POSITIVE_INFINITY, fromClosed: true, toClosed: false },
  ]);
  const left = [...right].reverse().map(({ from, to, fromClosed, toClosed }) => ({
    from: 0 - to,
    to: 0 - from,
    fromClosed: toClosed,
    toClosed: fromClosed,
  }));
  return unite(left, right);
}

/** x, or f(x): what an inequality bounds. */
function isSymbol(side: ParsedAnswer | undefined): boolean {
  return (
    side?.kind === "formula" &&
    (side.expression.op === "symbol" || /^[fghpqFGHPQ]\s*\(\s*[a-z]\s*\)$/.test(side.latex))
  );
}

function isAbsoluteSymbol(side: ParsedAnswer): boolean {
  if (side.kind !== "formula" || side.expression.op !== "call" || side.expression.fn !== "Abs") return false;
  return side.expression.args[0]!.op === "symbol";
}

function turned(operator: string): string {
  return { "<": ">", ">": "<", "\\le": "\\ge", "\\ge": "\\le" }[operator] ?? operator;
}

/** The numbers x with x operator bound. */
function halfLine(operator: string, bound: number): RealSet | undefined {
  const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  const closed = Number.isFinite(bound);
  switch (operator) {
    case "<":
      return [{ from: low, to: bound, fromClosed: false, toClosed: false }];
    case "\\le":
      return [{ from: low, to: bound, fromClosed: false, toClosed: closed }];
    case ">":
      return [{ from: bound, to: high, fromClosed: false, toClosed: false }];
    case "\\ge":
      return [{ from: bound, to: high, fromClosed: closed, toClosed: false }];
    case "=":
      return [{ from: bound, to: bound, fromClosed: true, toClosed: true }];
    case "\\ne":
      return complement([{ from: bound, to: bound, fromClosed: true, toClosed: true }]);
    default:
      return undefined;
  }
}

/** A union of parts of which no two have a point in common, and none is empty. */
function uniteParts(sets: (RealSet | undefined)[]): RealSet | undefined {
  for (const [i, set] of sets.entries()) {
    if (!set || set.length === 0) return undefined;
    if (sets.slice(0, i).some(earlier => intersect(earlier!, set).length > 0)) return undefined;
  }
  return combine(sets, unite);
}

function combine(
  sets: (RealSet | undefined)[],
  join: (a: RealSet, b: RealSet) => RealSet,
): RealSet | undefined {
  return sets.reduce((a, b) => a && b && join(a, b));
}

function unite(a: RealSet, b: RealSet): RealSet {
  spend(1 + (a.length + b.length) / 4);
  const sorted = [...a, ...b].sort((x, y) => x.from - y.from || Number(y.fromClosed) - Number(x.fromClosed));
  const joined: RealSet = [];
  for (const next of sorted) {
    const last = joined.at(-1);
    const touches =
      last && (next.from < last.to || (close(next.from, last.to) && (next.fromClosed || last.toClosed)));
    if (!touches) joined.push({ ...next });
    else if (next.to > last.to) Object.assign(last, { to: next.to, toClosed: next.toClosed });
    else if (next.to === last.to) last.toClosed ||= next.toClosed;
  }
  return joined;
}

function complement(set: RealSet): RealSet {
  const gaps: RealSet = [];
  let from = Number.NEGATIVE_INFINITY;
  let fromClosed = false;
  for (const part of set) {
    if (from < part.from || (from === part.from && fromClosed && !part.fromClosed)) {
      gaps.push({
        from,
        to: part.from,
        fromClosed,
        toClosed: !part.fromClosed && Number.isFinite(part.from),
      });
    }
    from = part.to;
    fromClosed = !part.toClosed && Number.isFinite(part.to);
  }
  if (from < Number.POSITIVE_INFINITY)
    gaps.push({ from, to: Number.POSITIVE_INFINITY, fromClosed, toClosed: false });
  return gaps;
}

function intersect(a: RealSet, b: RealSet): RealSet {
  return complement(unite(complement(a), complement(b)));
}
