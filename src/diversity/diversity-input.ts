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

/**
 * How many items an input has.
 *
 * @throws TypeError if it has none of the forms
 */
export function countItems<T>(input: DiversityInput<T>): number {
  if ("vectors" in input) return input.vectors.length;
  if ("items" in input) return input.items.length;
  if (!("kernel" in input)) throw new TypeError("expected one of vectors, kernel or items");
  return "size" in input.kernel ? input.kernel.size : input.kernel.length;
}
