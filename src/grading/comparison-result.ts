/** What decided a comparison. */
export type ComparisonMethod =
  /** The same text after normalisation. */
  | "identical"
  /** Words, names, choices, times of day. */
  | "text"
  /** Two constants: exact fractions, or 60 digits if they are irrational. */
  | "numeric"
  /** A decimal of at least 6 places that is the other value rounded or cut off. */
  | "approximate"
  /** Expanded polynomials, term by term. */
  | "symbolic"
  /** Values at random points, exact if both are rational functions. */
  | "sampled points"
  /** Several answers in any order. */
  | "list"
  | "tuple"
  | "set"
  | "interval"
  | "matrix"
  /** Equations and inequalities: their sides, or one a constant multiple of the other. */
  | "relation"
  /** Units of one dimension, converted. */
  | "unit"
  /** The same digits, with the base left out on one side. */
  | "base"
  /** The kinds of answer cannot be equal: a matrix and a word. */
  | "kind"
  /** No comparison was made. */
  | "none";

/** The outcome of one comparison; `equal` is undefined if it cannot be decided. */
export interface ComparisonResult {
  equal: boolean | undefined;
  method: ComparisonMethod;
}

/** Returns the better of two readings (equal, else undecided, else different); the second is not tried after an equal one. */
export function better(first: ComparisonResult, second: () => ComparisonResult): ComparisonResult {
  if (first.equal) return first;
  const other = second();
  return other.equal || first.equal === false ? other : first;
}
