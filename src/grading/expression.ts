/** A fraction in lowest terms; d > 0. */
export interface Rational {
  n: bigint;
  d: bigint;
}

/** A parsed formula. */
export type Expression =
  | {
      op: "number";
      value: Rational;
      /** Digits after the decimal point as written, if it was written as a decimal. */
      decimals?: number;
    }
  | { op: "symbol"; name: string }
  | { op: "constant"; name: ConstantName }
  | {
      /** Something that is not evaluated (a sum, an integral, a derivative); it equals only the same notation. */
      op: "opaque";
      head: string;
      args: Expression[];
    }
  | { op: "call"; fn: FunctionName; args: Expression[] };

export type ConstantName = "Pi" | "E" | "I" | "Infinity";

/** Functions that the evaluators support. Angles are in radians; `Degrees` turns degrees into them. */
export const functionNames = [
  "Add",
  "Multiply",
  "Divide",
  "Negate",
  "Power",
  "Sqrt",
  "Root",
  "Exp",
  "Ln",
  "Log",
  "Sin",
  "Cos",
  "Tan",
  "Cot",
  "Sec",
  "Csc",
  "Arcsin",
  "Arccos",
  "Arctan",
  "Sinh",
  "Cosh",
  "Tanh",
  "Abs",
  "Conjugate",
  "Floor",
  "Ceil",
  "Factorial",
  "Binomial",
  "Max",
  "Min",
  "GCD",
  "LCM",
  "Mod",
  "Degrees",
] as const;

export type FunctionName = (typeof functionNames)[number];
