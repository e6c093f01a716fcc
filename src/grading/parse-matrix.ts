import type { MathJsonExpression } from "@cortex-js/compute-engine/math-json";
import type { Expression, FunctionName } from "./expression.js";
import { parseLatex } from "./parse-latex.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { toExpression } from "./to-expression.js";
import { spend } from "./work-budget.js";

type Matrix = Extract<ParsedAnswer, { kind: "matrix" }>;
type Value = Expression | Expression[][];

const maxPower = 20;

/**
 * Parses a matrix, or a formula of matrices (sums, products, powers, transposes, multiples), with its entries worked out;
 * undefined if the value is not a matrix.
 *
 * @throws UnparsedError if it does not parse.
 */
export function parseMatrix(s: string): Matrix | undefined {
  if (!/\\begin\s*\{(?:[bpBV]?matrix|array|smallmatrix)\}|\)\s*\^\s*\{?(?:T|\\top|\\intercal)/.test(s))
    return undefined;
  const value = evaluate(parseLatex(s.replace(/\\hline(?![a-zA-Z])/g, "")));
  if (!Array.isArray(value)) return undefined;
  const toCell = (expression: Expression): ParsedAnswer => ({
    kind: "formula",
    latex: describe(expression),
    expression,
  });
  return { kind: "matrix", rows: value.map(row => row.map(toCell)) };
}

/** The value of raw MathJSON: a matrix, or a formula. Throws what toExpression throws. */
function evaluate(json: MathJsonExpression): Value | undefined {
  if (!Array.isArray(json)) return toExpression(json);
  const [head, ...args] = json as [string, ...MathJsonExpression[]];
  switch (head) {
    case "Matrix":
      return rowsOf(args[0]!);
    case "Delimiter":
      if (args.length === 1) return evaluate(args[0]!);
      // (1, 2)^T is a column.
      if (headOf(args[0]!) === "Sequence") return [restOf(args[0]!).map(item => toExpression(item))];
      return toExpression(json);
    case "Transpose": {
      const value = evaluate(args[0]!);
      return isMatrix(value) ? transpose(value) : undefined;
    }
    case "Negate": {
      const value = evaluate(args[0]!);
      return isMatrix(value) ? value.map(row => row.map(x => call("Negate", x))) : toExpression(json);
    }
    case "Add":
    case "Subtract": {
      const values = args.map(evaluate);
      if (!values.some(isMatrix)) return toExpression(json);
      return values.reduce((a, b) =>
        add(a, head === "Add" ? b : scaled({ op: "number", value: { n: -1n, d: 1n } }, b)),
      );
    }
    case "Multiply":
    case "InvisibleOperator": {
      const values = args.map(evaluate);
      return values.some(isMatrix) ? values.reduce(multiply) : toExpression(json);
    }
    case "Power": {
      const value = evaluate(args[0]!);
      if (!isMatrix(value)) return toExpression(json);
      if (args[1] === "T" || args[1] === "top") return transpose(value);
      const exponent = args[1];
      if (typeof exponent !== "number" || !Number.isInteger(exponent) || exponent < 1 || exponent > maxPower)
        return undefined;
      return Array.from({ length: exponent - 1 }, () => value).reduce<Value | undefined>(multiply, value);
    }
    default:
      return toExpression(json);
  }
}

function headOf(json: MathJsonExpression): unknown {
  return Array.isArray(json) ? json[0] : undefined;
}

function restOf(json: MathJsonExpression): MathJsonExpression[] {
  return Array.isArray(json) ? (json.slice(1) as MathJsonExpression[]) : [];
}

function rowsOf(json: MathJsonExpression): Expression[][] | undefined {
  if (headOf(json) !== "List") return undefined;
  const rows = restOf(json).map(row =>
    headOf(row) === "List" ? restOf(row).map(cell => toExpression(cell)) : undefined,
  );
  const width = rows[0]?.length;
  return rows.every(row => row?.length === width) ? (rows as Expression[][]) : undefined;
}

function isMatrix(value: Value | undefined): value is Expression[][] {
  return Array.isArray(value);
}

function transpose(rows: Expression[][]): Expression[][] {
  return rows[0]!.map((_, i) => rows.map(row => row[i]!));
}

function add(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (!isMatrix(a) || !isMatrix(b) || a.length !== b.length || a[0]!.length !== b[0]!.length)
    return undefined;
  return a.map((row, i) => row.map((x, j) => call("Add", x, b[i]![j]!)));
}

function scaled(factor: Expression, value: Value | undefined): Value | undefined {
  return isMatrix(value) ? value.map(row => row.map(x => call("Multiply", factor, x))) : undefined;
}

function multiply(a: Value | undefined, b: Value | undefined): Value | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (!isMatrix(a)) return isMatrix(b) ? scaled(a, b) : call("Multiply", a, b);
  if (!isMatrix(b)) return scaled(b, a);
  if (a[0]!.length !== b.length) return undefined;
  spend(a.length * b.length * b[0]!.length);
  return a.map(row => b[0]!.map((_, j) => call("Add", ...row.map((x, k) => call("Multiply", x, b[k]![j]!)))));
}

function call(fn: FunctionName, ...args: Expression[]): Expression {
  return args.length === 1 && fn === "Add" ? args[0]! : { op: "call", fn, args };
}

/** Entries are shown as numbers or symbols, and as dots if they are anything else. */
function describe(x: Expression): string {
  if (x.op === "number") return x.value.d === 1n ? String(x.value.n) : `${x.value.n}/${x.value.d}`;
  if (x.op === "symbol") return x.name;
  if (x.op === "call" && x.fn === "Negate") return `-${describe(x.args[0]!)}`;
  if (x.op === "call" && x.fn === "Divide" && x.args.length === 2) return x.args.map(describe).join("/");
  return "...";
}
