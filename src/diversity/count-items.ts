import type { DiversityInput } from "./diversity-input.js";

/**
 * How many items an input has.
 *
 * @throws TypeError where it is of none of the forms
 */
export function countItems<T>(input: DiversityInput<T>): number {
  if ("vectors" in input) return input.vectors.length;
  if ("items" in input) return input.items.length;
  if (!("kernel" in input)) throw new TypeError("expected one of vectors, kernel or items");
  return "size" in input.kernel ? input.kernel.size : input.kernel.length;
}
