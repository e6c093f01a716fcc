import type { Expression } from "./expression.js";
import type { Unit } from "./units.js";

/** A parsed answer. */
export type ParsedAnswer =
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
      items: ParsedAnswer[];
      /** "and" between inequalities means both. */
      conjunction?: "and";
      /** 12,345 may be one number and may be two. */
      alternative?: ParsedAnswer;
    }
  | { kind: "group"; open: "(" | "[" | "{" | "<"; close: ")" | "]" | "}" | ">"; items: ParsedAnswer[] }
  | { kind: "ratio"; items: ParsedAnswer[] }
  | { kind: "matrix"; rows: ParsedAnswer[][] }
  | { kind: "union"; items: ParsedAnswer[] }
  | { kind: "intersection"; items: ParsedAnswer[] }
  | { kind: "difference"; from: ParsedAnswer; without: ParsedAnswer }
  | { kind: "relation"; operators: Operator[]; sides: ParsedAnswer[] };

export type Operator = "=" | "<" | ">" | "\\le" | "\\ge" | "\\ne" | "\\in" | "\\approx" | "\\equiv" | "\\to";
