import type { Expression } from "./expression.js";

/** Returns a formula with one symbol renamed. */
export function renameSymbol(x: Expression, from: string, to: string): Expression {
  if (x.op === "symbol") return x.name === from ? { op: "symbol", name: to } : x;
  return x.op === "call" || x.op === "opaque"
    ? { ...x, args: x.args.map(arg => renameSymbol(arg, from, to)) }
    : x;
}
