import type { Expression } from "./expression.js";
import { spend } from "./work-budget.js";

/** Returns a formula with one symbol renamed. */
export function renameSymbol(x: Expression, from: string, to: string): Expression {
  spend(0.2);
  if (x.op === "symbol") return x.name === from ? { op: "symbol", name: to } : x;
  return x.op === "call" || x.op === "opaque"
    ? { ...x, args: x.args.map(arg => renameSymbol(arg, from, to)) }
    : x;
}
