import { compareConstants } from "./compare-constants.js";
import { compareFunctions } from "./compare-functions.js";
import type { ComparisonResult } from "./comparison-result.js";
import type { Expression } from "./expression.js";
import { surveyExpression } from "./survey-expression.js";

export interface CompareExpressionsOptions {
  /** Largest difference of two numbers that still counts as equal. Default: none is allowed. */
  tolerance?: number;
}

/** Whether two formulas have the same value, for all values of their symbols if they have any. */
export function compareExpressions(
  a: Expression,
  b: Expression,
  { tolerance = 0 }: CompareExpressionsOptions = {},
): ComparisonResult {
  const [left, right] = [surveyExpression(a), surveyExpression(b)];
  if (left.key === right.key) return { equal: true, method: "identical" };
  const isConstant = left.symbols.length + right.symbols.length === 0;
  const result = isConstant ? compareConstants(left, right, tolerance) : compareFunctions(left, right);
  // A symbol replaced a part that is not evaluated: agreeing values prove equality, differing values prove nothing.
  const isOpaque = left.hasOpaque || right.hasOpaque;
  return isOpaque && result.equal === false ? { ...result, equal: undefined } : result;
}
