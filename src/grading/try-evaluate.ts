import { evaluateExpression, type Field, UnsupportedError } from "./evaluate-expression.js";
import type { Expression } from "./expression.js";

/** Returns the value of a formula in a field, or undefined if the field has no value for it. */
export function tryEvaluate<T>(x: Expression, field: Field<T>, symbols?: (name: string) => T): T | undefined {
  try {
    return evaluateExpression(x, field, symbols);
  } catch (error) {
    if (error instanceof UnsupportedError) return undefined;
    throw error;
  }
}
