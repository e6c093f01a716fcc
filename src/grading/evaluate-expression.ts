import type { ConstantName, Expression, FunctionName, Rational } from "./expression.js";
import { spend } from "./work-budget.js";

/** Operations that a kind of number must provide to evaluate a formula in it. */
export interface Field<T> {
  rational(value: Rational): T;
  constant(name: ConstantName): T;
  add(a: T, b: T): T;
  multiply(a: T, b: T): T;
  divide(a: T, b: T): T;
  negate(a: T): T;
  power(base: T, exponent: T): T;
  /** All other functions. */
  apply(fn: FunctionName, args: T[]): T;
}

/** This kind of number cannot represent the formula or a value in it; another field may. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
}

/**
 * Returns the value of a formula in a field; `symbols` gives the value of each free symbol.
 *
 * @throws UnsupportedError if the field has no value for it, BudgetError if the answer has used up its work.
 */
export function evaluateExpression<T>(
  expression: Expression,
  field: Field<T>,
  symbols: (name: string) => T = name => {
    throw new UnsupportedError(`the symbol ${name} has no value`);
  },
): T {
  /** Evaluates one by one, so that a product that grows too large ends before all its factors are evaluated. */
  const fold = ([first, ...rest]: Expression[], join: (a: T, b: T) => T) =>
    rest.reduce((sum, x) => join(sum, go(x)), go(first!));
  const go = (x: Expression): T => {
    spend(0.2);
    switch (x.op) {
      case "number":
        return field.rational(x.value);
      case "symbol":
        return symbols(x.name);
      case "constant":
        return field.constant(x.name);
      case "opaque":
        throw new UnsupportedError("a part that is not evaluated");
    }
    const [first, second] = x.args;
    switch (x.fn) {
      case "Add":
        return fold(x.args, field.add);
      case "Multiply":
        return fold(x.args, field.multiply);
      case "Divide":
        return x.args.map(go).reduce((a, b) => field.divide(a, b));
      case "Negate":
        return field.negate(go(first!));
      case "Power":
        // e^x is the exponential function, however the field defines a power.
        if (first!.op === "constant" && first!.name === "E") return field.apply("Exp", [go(second!)]);
        return field.power(go(first!), go(second!));
      default:
        return field.apply(x.fn, x.args.map(go));
    }
  };
  return go(expression);
}
