import type { MathJsonExpression } from "@cortex-js/compute-engine/math-json";
import { UnsupportedError } from "./evaluate-expression.js";
import { type ConstantName, type Expression, type FunctionName, functionNames } from "./expression.js";
import { type Polynomial, polynomialField } from "./number-fields/polynomial-field.js";
import { rational } from "./number-fields/rational.js";
import { rationalField } from "./number-fields/rational-field.js";
import { parseDecimal } from "./parse-decimal.js";
import { tryEvaluate } from "./try-evaluate.js";
import { spend } from "./work-budget.js";

/** Why a formula cannot be used; turned into the verdict `unparsed`, never let out of the grader. */
export class UnparsedError extends Error {
  override readonly name = "UnparsedError";
}

const known = new Set<string>(functionNames);
// Maps, since an answer may name what every object inherits.
const constants = new Map<string, ConstantName>([
  ["Pi", "Pi"],
  ["e", "E"],
  ["ExponentialE", "E"],
  ["i", "I"],
  ["ImaginaryUnit", "I"],
  ["PositiveInfinity", "Infinity"],
]);
const renamed = new Map<string, FunctionName>([
  ["Ceiling", "Ceil"],
  ["Gcd", "GCD"],
  ["Lcm", "LCM"],
  ["Choose", "Binomial"],
]);
const inverses = new Map<string, FunctionName>([
  ["Sin", "Arcsin"],
  ["Cos", "Arccos"],
  ["Tan", "Arctan"],
]);
/** By a function or the name of its inverse: the inverse that takes one over the argument. */
const reciprocalInverses = new Map<string, FunctionName>([
  ["Csc", "Arcsin"],
  ["Arccsc", "Arcsin"],
  ["Sec", "Arccos"],
  ["Arcsec", "Arccos"],
  ["Cot", "Arctan"],
  ["Arccot", "Arctan"],
]);
const maxDepth = 120;

/**
 * Returns the formula of compute-engine's raw MathJSON: products written without a sign, mixed numbers, decimals as exact
 * fractions, finite sums, integrals of polynomials and determinants written out. What is not evaluated becomes `opaque`.
 *
 * @throws UnparsedError if the parser left an error node, or the nesting is deeper than 120.
 */
export function toExpression(json: MathJsonExpression, depth = 0): Expression {
  if (depth > maxDepth) throw new UnparsedError(`nested deeper than ${maxDepth}`);
  // What the parser returns for a missing subscript.
  if (json === null) throw new UnparsedError("an empty place");
  if (typeof json === "number") return toNumber(String(json));
  if (typeof json === "string") return toSymbol(json);
  if (Array.isArray(json)) {
    const [head, ...args] = json as [MathJsonExpression, ...MathJsonExpression[]];
    return toCall(head, args, depth);
  }
  if ("num" in json) return toNumber(json.num);
  if ("sym" in json) return toSymbol(json.sym);
  if ("str" in json) return opaque(`"${json.str}"`, []);
  if ("fn" in json) return toExpression(json.fn as MathJsonExpression, depth);
  throw new UnparsedError("a dictionary is not a formula");
}

function toNumber(text: string): Expression {
  const number = parseDecimal(text);
  if (!number) throw new UnparsedError(`not a number: ${text.slice(0, 40)}`);
  return { op: "number", ...number };
}

function toSymbol(name: string): Expression {
  if (name.startsWith("'") && name.endsWith("'")) return opaque(name, []);
  if (name === "Nothing") throw new UnparsedError("an empty place");
  const constant = constants.get(name);
  if (constant) return { op: "constant", name: constant };
  return { op: "symbol", name: name === "GoldenRatio" ? "phi" : name };
}

function toCall(head: MathJsonExpression, args: MathJsonExpression[], depth: number): Expression {
  if (typeof head !== "string") throw new UnparsedError("a function that is itself a formula");
  if (head === "Error") throw new UnparsedError(`not understood: ${JSON.stringify(args).slice(0, 80)}`);
  const below = () => args.map(arg => toExpression(arg, depth + 1));
  switch (head) {
    case "Delimiter":
    case "Tuple":
      // Parentheses; a list inside a formula is not one.
      return args.length === 1 || typeof args[1] === "object" || typeof args[1] === "string"
        ? toExpression(args[0]!, depth + 1)
        : opaque(head, below());
    case "Sequence":
      if (args.length === 1) return toExpression(args[0]!, depth + 1);
      return opaque(head, below());
    case "InvisibleOperator":
      return toProduct(args, depth);
    case "Subtract": {
      const [first, ...rest] = below();
      return call("Add", first!, ...rest.map(arg => call("Negate", arg)));
    }
    case "Rational":
      return call("Divide", ...below());
    case "Square":
      return call("Power", ...below(), integer(2));
    case "Lb":
      return call("Log", ...below(), integer(2));
    case "Power": {
      // \sin^{-1} x is the inverse, while \sin^2 x is the square and (\sin x)^{-1} one over it.
      const [base, exponent] = below();
      if (base!.op === "call" && isMinusOne(exponent!) && !isInParentheses(args[0]!)) {
        const { fn, args: of } = base!;
        const inverse = inverses.get(fn);
        if (inverse) return call(inverse, ...of);
        const reciprocal = reciprocalInverses.get(fn);
        if (reciprocal) return call(reciprocal, call("Divide", integer(1), ...of));
        // As the parser names \operatorname{arsinh}; not evaluated.
        if (/^(?:Sin|Cos|Tan)h$/.test(fn)) return opaque(`Ar${fn.toLowerCase()}`, of);
      }
      return toPower(base!, exponent!);
    }
    case "Log": {
      const [x, base] = below();
      return call("Log", x!, base ?? integer(10));
    }
    case "Arccsc":
    case "Arcsec":
    case "Arccot":
      return call(reciprocalInverses.get(head)!, call("Divide", integer(1), ...below()));
    case "Percent":
      return call("Divide", ...below(), integer(100));
    case "PlusMinus":
    case "Measurement":
      throw new UnparsedError("a plus-minus inside a formula");
    case "Sum":
    case "Product":
      return toFiniteSum(head, args, depth) ?? opaque(head, below());
    case "Integrate":
      return toIntegral(args, depth) ?? opaque(head, below());
    case "Determinant":
      return toDeterminant(args[0], depth) ?? opaque(head, below());
    case "Hold":
      return toExpression(args[0]!, depth + 1);
  }
  const fn = renamed.get(head) ?? (known.has(head) ? (head as FunctionName) : undefined);
  if (fn) return call(fn, ...below());
  return opaque(head, below());
}

/** x^{2/3} is the square of the real cube root, as taught at school, for negative x too. */
function toPower(base: Expression, exponent: Expression): Expression {
  if (base.op === "constant" || exponent.op !== "call" || exponent.fn !== "Divide")
    return call("Power", base, exponent);
  const [top, order] = exponent.args as [Expression, Expression];
  const isOdd =
    order.op === "number" && order.value.d === 1n && order.value.n > 1n && order.value.n % 2n === 1n;
  if (!isOdd || exponent.args.length !== 2 || !isInteger(top)) return call("Power", base, exponent);
  const root = call("Root", base, order);
  return isOne(top) ? root : call("Power", root, top);
}

function isInteger(x: Expression): boolean {
  if (x.op === "call" && x.fn === "Negate") return isInteger(x.args[0]!);
  return x.op === "number" && x.value.d === 1n;
}

function isOne(x: Expression): boolean {
  return x.op === "number" && x.value.n === 1n && x.value.d === 1n;
}

const maxTerms = 500;

/** A sum or product with whole bounds, written out; undefined for other bounds or bounds far apart. */
function toFiniteSum(
  head: "Sum" | "Product",
  args: MathJsonExpression[],
  depth: number,
): Expression | undefined {
  const range = rangeOf(args, depth);
  const [from, to] = [range && wholeNumber(range.from), range && wholeNumber(range.to)];
  if (!range || from === undefined || to === undefined || to - from >= maxTerms) return undefined;
  if (to < from) return integer(head === "Sum" ? 0 : 1);
  const body = toExpression(args[0]!, depth + 1);
  const terms: Expression[] = [];
  for (let i = from; i <= to; i++) terms.push(substitute(body, range.name, integer(i)));
  return call(head === "Sum" ? "Add" : "Multiply", ...terms);
}

/** The integral of a polynomial with fractions for coefficients between bounds; undefined for any other integral. */
function toIntegral(args: MathJsonExpression[], depth: number): Expression | undefined {
  const range = rangeOf(args, depth);
  if (!range) return undefined;
  const symbol = (name: string): Polynomial => {
    if (name !== range.name) throw new UnsupportedError("another symbol");
    return new Map([[`${name}^1`, { n: 1n, d: 1n }]]);
  };
  const polynomial = tryEvaluate(toExpression(args[0]!, depth + 1), polynomialField, symbol);
  if (!polynomial) return undefined;
  const terms = [...polynomial].map(([monomial, { n, d }]) => {
    const power = BigInt(monomial === "" ? 1 : Number(monomial.slice(monomial.lastIndexOf("^") + 1)) + 1);
    const at = (x: Expression) => call("Power", x, { op: "number", value: { n: power, d: 1n } });
    const coefficient: Expression = { op: "number", value: rational(n, d * power) };
    return call("Multiply", coefficient, call("Add", at(range.to), call("Negate", at(range.from))));
  });
  return terms.length === 0 ? integer(0) : call("Add", ...terms);
}

/** The symbol and the bounds of a sum or an integral with one of each. */
function rangeOf(
  args: MathJsonExpression[],
  depth: number,
): { name: string; from: Expression; to: Expression } | undefined {
  const [, tuple] = args;
  if (args.length !== 2 || !Array.isArray(tuple)) return undefined;
  const [, name, from, to] = tuple as MathJsonExpression[];
  if (tuple.length !== 4 || typeof name !== "string") return undefined;
  return { name, from: toExpression(from!, depth + 1), to: toExpression(to!, depth + 1) };
}

function wholeNumber(x: Expression): number | undefined {
  const value = tryEvaluate(x, rationalField);
  return value?.d === 1n && value.n > -1_000_000n && value.n < 1_000_000n ? Number(value.n) : undefined;
}

function substitute(x: Expression, name: string, value: Expression): Expression {
  spend(0.2);
  if (x.op === "symbol") return x.name === name ? value : x;
  // An index called i is not the imaginary unit.
  if (x.op === "constant") return constants.get(name) === x.name ? value : x;
  return x.op === "call" || x.op === "opaque"
    ? { ...x, args: x.args.map(arg => substitute(arg, name, value)) }
    : x;
}

const maxDeterminant = 5;

/** The determinant of a square matrix, expanded along its first row. */
function toDeterminant(json: MathJsonExpression | undefined, depth: number): Expression | undefined {
  if (!Array.isArray(json) || json[0] !== "Matrix" || !Array.isArray(json[1])) return undefined;
  const rows = json[1]
    .slice(1)
    .map(row =>
      Array.isArray(row) ? row.slice(1).map(cell => toExpression(cell as MathJsonExpression, depth + 1)) : [],
    );
  const isSquare =
    rows.length > 0 && rows.length <= maxDeterminant && rows.every(row => row.length === rows.length);
  return isSquare ? determinant(rows) : undefined;
}

function determinant(rows: Expression[][]): Expression {
  spend(1);
  const [first, ...others] = rows as [Expression[], ...Expression[][]];
  if (others.length === 0) return first[0]!;
  const terms = first.map((x, i) => {
    const product = call("Multiply", x, determinant(others.map(row => row.filter((_, j) => j !== i))));
    return i % 2 === 0 ? product : call("Negate", product);
  });
  return call("Add", ...terms);
}

/** Things written next to each other: a mixed number if an integer meets a fraction below 1, else a product. */
function toProduct(args: MathJsonExpression[], depth: number): Expression {
  const factors = args.map(arg => toExpression(arg, depth + 1));
  for (let i = 0; i + 1 < factors.length; i++) {
    const [whole, isNegative] = unsigned(factors[i]!);
    const part = factors[i + 1]!;
    if (
      isNatural(whole) &&
      part.op === "call" &&
      part.fn === "Divide" &&
      isPlainFraction(args[i + 1]!) &&
      part.args.every(isNatural) &&
      (part.args[0] as { value: { n: bigint } }).value.n < (part.args[1] as { value: { n: bigint } }).value.n
    ) {
      const mixed = call("Add", whole, part);
      factors.splice(i, 2, isNegative ? call("Negate", mixed) : mixed);
    }
  }
  return factors.length === 1 ? factors[0]! : call("Multiply", ...factors);
}

/** A number without its sign, and whether it had one: -2\frac12 is -(2 + 1/2). */
function unsigned(x: Expression): [Expression, boolean] {
  if (x.op === "call" && x.fn === "Negate") return [x.args[0]!, true];
  if (x.op !== "number" || x.value.n >= 0n) return [x, false];
  return [{ ...x, value: { n: -x.value.n, d: x.value.d } }, true];
}

/** Whether the fraction stands without parentheses: 2\left(\frac12\right) is a product. */
function isPlainFraction(json: MathJsonExpression): boolean {
  const head = headOf(json);
  return head === "Divide" || head === "Rational";
}

function isInParentheses(json: MathJsonExpression): boolean {
  return headOf(json) === "Delimiter";
}

/** The name of the function of raw MathJSON; undefined if it is not a call. */
function headOf(json: MathJsonExpression): unknown {
  if (Array.isArray(json)) return json[0];
  return typeof json === "object" && "fn" in json ? json.fn[0] : undefined;
}

function isNatural(x: Expression): boolean {
  return x.op === "number" && x.value.d === 1n && x.value.n >= 0n && x.decimals === undefined;
}

function isMinusOne(x: Expression): boolean {
  if (x.op === "number") return x.value.n === -1n && x.value.d === 1n;
  if (x.op !== "call" || x.fn !== "Negate") return false;
  const inner = x.args[0]!;
  return inner.op === "number" && inner.value.n === 1n && inner.value.d === 1n;
}

function integer(n: number): Expression {
  return { op: "number", value: { n: BigInt(n), d: 1n } };
}

function call(fn: FunctionName, ...args: Expression[]): Expression {
  if (args.length === 0 || args.includes(undefined as never))
    throw new UnparsedError(`${fn} lacks an argument`);
  return { op: "call", fn, args };
}

function opaque(head: string, args: Expression[]): Expression {
  return { op: "opaque", head, args };
}
