import { countItems, type DiversityInput } from "./diversity-input.js";
import { kernelMatrix } from "./kernel-matrix.js";
import { inverseNorms } from "./linear-algebra/inverse-norms.js";

/**
 * The mean of 1 - similarity over all pairs of different items; of vectors, the mean pairwise cosine distance (SOAR,
 * Fig. 20b), in [0, 2]. NaN for fewer than two items. O(n d) for n vectors of d components, since the
 * cosines of all pairs add up to the squared length of the sum of the unit vectors.
 *
 * @throws RangeError naming the item, as `vendiScore`
 */
export function meanPairwiseDistance<T>(input: DiversityInput<T>): number {
  const count = countItems(input);
  if (count < 2) return Number.NaN;
  const pairs = count * (count - 1);
  if ("vectors" in input) {
    const { vectors } = input;
    const scales = inverseNorms(vectors);
    const sum = new Float64Array(vectors[0]!.length);
    vectors.forEach((vector, i) => {
      const scale = scales[i]!;
      for (let j = 0; j < sum.length; j++) sum[j]! += vector[j]! * scale;
    });
    let total = 0;
    for (const component of sum) total += component * component;
    return 1 - (total - count) / pairs;
  }
  const { size, data } = kernelMatrix(input);
  let total = 0;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) if (i !== j) total += data[i * size + j]!;
  }
  return 1 - total / pairs;
}
