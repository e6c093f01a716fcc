import { gramMatrix } from "./gram-matrix.js";
import type { SquareMatrix } from "./square-matrix.js";

/** Dot products of the vectors, each multiplied by its scale. */
export function scaledGram(vectors: readonly ArrayLike<number>[], scales: Float64Array): SquareMatrix {
  return gramMatrix({
    rows: vectors.length,
    length: vectors[0]?.length ?? 0,
    copy(row, start, count, target, at) {
      const vector = vectors[row]!;
      const scale = scales[row]!;
      for (let i = 0; i < count; i++) target[at + i] = vector[start + i]! * scale;
    },
  });
}
