import type { Expression } from "./expression.js";
import type { Unit } from "./unit.js";

/** A parsed answer. */
export type Answer =
  | {
      kind: "formula";
      /** As parsed, units and signs of percent and degrees taken off. */
      latex: string;
      expression: Expression;
      /** What stood around it. */
      unit?: Unit;
      percent?: boolean;
      degrees?: boolean;
      /** Number base from 2 to 36 and the digits as written; `expression` is the value. */
      base?: { digits: string; base: number };
    }
  | { kind: "text"; text: string }
  | {
      /** Several answers. */
      kind: "list";
      items: Answer[];
      /** "and" between inequalities means both. */
      conjunction?: "and";
      /** 12,345 may be one number and may be two. */
      alternative?: Answer;
    }
  | { kind: "group"; open: "(" | "[" | "{" | "<"; close: ")" | "]" | "}" | ">"; items: Answer[] }
  | { kind: "ratio"; items: Answer[] }
  | { kind: "matrix"; rows: Answer[][] }
  | { kind: "union"; items: Answer[] }
  | { kind: "intersection"; items: Answer[] }
  | { kind: "difference"; from: Answer; without: Answer }
  | { kind: "relation"; operators: Operator[]; sides: Answer[] };

export type Operator = "=" | "<" | ">" | "\\le" | "\\ge" | "\\ne" | "\\in" | "\\approx" | "\\equiv" | "\\to";
