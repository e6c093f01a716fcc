import type { Expression } from "./expression.js";
import type { Unit } from "./units.js";

/** A parsed answer. */
export type ParsedAnswer =
  | {
      kind: "formula";
      /** As parsed, without units and signs of percent and degrees. */
      latex: string;
      expression: Expression;
      unit?: Unit;
      /** Words for what is counted, as in `3 boxes`. */
      noun?: string;
      percent?: boolean;
      degrees?: boolean;
      /** Number base from 2 to 36 and the digits as written; `expression` is the value. */
      base?: { digits: string; base: number };
      /** `50m` may be a product, and may be 50 metres: the number and the unit. */
      measured?: { expression: Expression; unit: Unit };
    }
  | {
      kind: "text";
      text: string;
      /** Words and mathematics mixed, or a number beside words that may change it: equal only to the same notation. */
      isPhrase?: boolean;
    }
  | {
      /** The letter of a choice with its content, as `(C) 42`. */
      kind: "choice";
      letter: string;
      content: ParsedAnswer;
    }
  | {
      /** Several answers. */
      kind: "list";
      items: ParsedAnswer[];
      /** "and" between inequalities means both; values with "or" between them are not a tuple. */
      conjunction?: "and" | "or";
      /** 12,345 may be one number and may be two. */
      alternative?: ParsedAnswer;
    }
  | { kind: "group"; open: "(" | "[" | "{" | "<"; close: ")" | "]" | "}" | ">"; items: ParsedAnswer[] }
  | {
      /** { element : condition }, the condition undefined if it only names the range of the symbol. */
      kind: "set builder";
      element: ParsedAnswer;
      condition: ParsedAnswer;
    }
  | {
      kind: "ratio";
      items: ParsedAnswer[];
      /** The text, if it may be a time of day as well: 3:30. */
      time?: string;
    }
  | { kind: "matrix"; rows: ParsedAnswer[][] }
  | { kind: "union"; items: ParsedAnswer[] }
  | { kind: "intersection"; items: ParsedAnswer[] }
  | { kind: "difference"; from: ParsedAnswer; without: ParsedAnswer }
  | { kind: "relation"; operators: Operator[]; sides: ParsedAnswer[] };

export type Operator = "=" | "<" | ">" | "\\le" | "\\ge" | "\\ne" | "\\in" | "\\approx" | "\\equiv" | "\\to";
