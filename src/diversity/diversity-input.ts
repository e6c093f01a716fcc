import type { SquareMatrix } from "./linear-algebra/square-matrix.js";

/** The forms in which diversity measures take their items. Exactly one of `vectors`, `kernel` and `items` is given. */
export type DiversityInput<T = unknown> =
  /** One vector per item, compared by cosine. */
  | { vectors: readonly ArrayLike<number>[] }
  /** Similarities of all pairs: symmetric, positive semi-definite, 1 on the diagonal. */
  | { kernel: SquareMatrix | readonly ArrayLike<number>[] }
  /** Items and their similarity: symmetric, positive semi-definite, 1 of an item to itself. */
  | { items: readonly T[]; similarity: (a: T, b: T) => number }
  /** Texts, compared by `ngramKernel`. */
  | { items: readonly string[]; similarity?: undefined };
