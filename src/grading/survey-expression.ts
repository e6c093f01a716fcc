import type { Expression, FunctionName, Rational } from "./expression.js";
import { type Complex, complexField } from "./number-fields/complex-field.js";
import { rationalField } from "./number-fields/rational-field.js";
import { tryEvaluate } from "./try-evaluate.js";
import { spend } from "./work-budget.js";

/** Properties of a formula that comparisons need, each computed once. */
export interface Survey {
  /** Equal texts mean equal formulas. */
  readonly key: string;
  /** The formula, its parts that are not evaluated replaced by symbols. */
  readonly expression: Expression;
  /** Names of the symbols, ascending. */
  readonly symbols: readonly string[];
  readonly hasOpaque: boolean;
  readonly functions: ReadonlySet<FunctionName>;
  readonly hasImaginaryUnit: boolean;
  /** Arguments of floors and ceilings. */
  readonly rounded: readonly Expression[];
  /** The value of a formula without symbols, as a fraction; undefined if it is not a fraction or too large. */
  readonly exact: Rational | undefined;
  /** Its value in double precision. */
  readonly double: Complex | undefined;
}

const surveys = new WeakMap<Expression, Survey>();

/** Returns the properties of a formula. Cached per formula, since a list compares each of its items with many others. */
export function surveyExpression(x: Expression): Survey {
  const known = surveys.get(x);
  if (known) return known;
  const found = {
    symbols: new Set<string>(),
    functions: new Set<FunctionName>(),
    rounded: [] as Expression[],
    hasOpaque: false,
    hasImaginaryUnit: false,
  };
  const go = (part: Expression): Expression => {
    spend(0.5);
    switch (part.op) {
      case "symbol":
        found.symbols.add(part.name);
        return part;
      case "constant":
        if (part.name === "I") found.hasImaginaryUnit = true;
        return part;
      case "opaque":
        found.hasOpaque = true;
        // Not a name that a polynomial's monomials could take apart.
        return go({ op: "symbol", name: `opaque ${keyOf(part).replace(/[*^]/g, "_")}` });
      case "call": {
        found.functions.add(part.fn);
        const args = part.args.map(go);
        if (part.fn === "Floor" || part.fn === "Ceil") found.rounded.push(args[0]!);
        return { ...part, args };
      }
      default:
        return part;
    }
  };
  const expression = go(x);
  const survey: Survey = {
    ...found,
    key: keyOf(x),
    expression,
    symbols: [...found.symbols].sort(),
    exact: found.symbols.size === 0 ? tryEvaluate(expression, rationalField) : undefined,
    double: found.symbols.size === 0 ? tryEvaluate(expression, complexField) : undefined,
  };
  surveys.set(x, survey);
  return survey;
}

/** Counted node by node: entries of a power of a matrix are small as a graph, and grow exponentially as a tree. */
function keyOf(x: Expression): string {
  spend(0.5);
  switch (x.op) {
    case "number":
      return `${x.value.n}/${x.value.d}${x.decimals === undefined ? "" : `.${x.decimals}`}`;
    case "symbol":
      return `'${x.name}'`;
    case "constant":
      return x.name;
    case "opaque":
      return `${x.head}?(${x.args.map(keyOf).join()})`;
    case "call":
      return `${x.fn}(${x.args.map(keyOf).join()})`;
  }
}
