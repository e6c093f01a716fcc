import type { Expression, FunctionName } from "./expression.js";
import { type Complex, complexField } from "./number-fields/complex-field.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { surveyExpression } from "./survey-expression.js";
import { tryEvaluate } from "./try-evaluate.js";

/**
 * Whether two answers need a full comparison: false only if a rough value, which is the same for all readings of an
 * answer, already tells them apart. Lists compare each item with each other, so this has to be cheap.
 */
export function mayBeEqual(a: ParsedAnswer, b: ParsedAnswer): boolean {
  // x = 1 may be the value 1, and a set has many notations.
  if (a.kind !== b.kind) return true;
  const [left, right] = [roughValue(a), roughValue(b)];
  if (!left || !right || left.length !== right.length) return true;
  return left.every((x, i) => isNear(x, right[i]!));
}

function isNear(a: Complex, b: Complex): boolean {
  const size = Math.max(Math.hypot(a.re, a.im), Math.hypot(b.re, b.im));
  if (!Number.isFinite(size) || size < 1e-290) return true;
  return Math.hypot(a.re - b.re, a.im - b.im) <= 1e-3 * size;
}

const values = new WeakMap<ParsedAnswer, readonly Complex[] | undefined>();

/** Rough values of a formula without units and the like, of the places of a tuple, of an equation's solutions. */
function roughValue(x: ParsedAnswer): readonly Complex[] | undefined {
  if (values.has(x)) return values.get(x);
  const value = findValue(x);
  values.set(x, value);
  return value;
}

function findValue(x: ParsedAnswer): readonly Complex[] | undefined {
  if (x.kind === "group" && x.open !== "{") {
    const parts = x.items.map(roughValue);
    return parts.includes(undefined) ? undefined : parts.flatMap(part => part!);
  }
  if (x.kind === "relation") return valueOfEquation(x);
  if (x.kind !== "formula" || x.unit || x.percent || x.degrees || x.base || x.measured) return undefined;
  const { symbols, double } = surveyExpression(x.expression);
  const value = symbols.length === 0 ? double : valueAt(x.expression, 0);
  return value && !Number.isNaN(value.re) && !Number.isNaN(value.im) ? [value] : undefined;
}

/** The quotient of an equation's two values at two points: the same for its multiples, and with its sides exchanged. */
function valueOfEquation({ operators, sides }: Extract<ParsedAnswer, { kind: "relation" }>) {
  const [left, right] = sides;
  if (operators.length !== 1 || operators[0] !== "=" || left?.kind !== "formula" || right?.kind !== "formula")
    return undefined;
  // A function's own symbol may have any name.
  if (/^[a-zA-Z]\s*\(/.test(left.latex)) return undefined;
  const values = [0, 1].map(point => {
    const [a, b] = [valueAt(left.expression, point), valueAt(right.expression, point)];
    return a && b && { re: a.re - b.re, im: a.im - b.im };
  });
  const [first, second] = values;
  if (!first || !second || Math.hypot(first.re, first.im) < 1e-6 || Math.hypot(second.re, second.im) < 1e-6)
    return undefined;
  return [complexField.divide(first, second)];
}

function valueAt(x: Expression, point: number): Complex | undefined {
  const { symbols, hasOpaque, functions, expression } = surveyExpression(x);
  if (hasOpaque || symbols.length > 20) return undefined;
  if (["Floor", "Ceil", "Abs", "Degrees"].some(fn => functions.has(fn as FunctionName))) return undefined;
  const value = tryEvaluate(expression, complexField, name => ({ re: placeOf(name) + point, im: 0 }));
  return value && Number.isFinite(value.re) && Number.isFinite(value.im) ? value : undefined;
}

/** A number from 1 to 3 for each symbol; the same for interchangeable letters. */
function placeOf(symbol: string): number {
  const name = /^[nkml]$/.test(symbol) ? "n" : symbol.toLowerCase();
  let hash = 7;
  for (let i = 0; i < name.length; i++) hash = (hash * 31 + name.charCodeAt(i)) % 100_003;
  return 1 + (2 * hash) / 100_003;
}
