/**
 * The factor that scales each vector to length 1, one number per vector. A vector whose squared length would
 * overflow or vanish is measured by its largest component first.
 *
 * @throws RangeError naming the vector if lengths differ, a component is not finite, or all are zero (its
 *   cosine with anything is undefined)
 */
export function inverseNorms(vectors: readonly ArrayLike<number>[]): Float64Array {
  const dimension = vectors[0]?.length ?? 0;
  return Float64Array.from(vectors, (vector, i) => {
    if (vector.length !== dimension) {
      throw new RangeError(`vectors[${i}] has ${vector.length} components, vectors[0] has ${dimension}`);
    }
    let squares = 0;
    for (let j = 0; j < dimension; j++) squares += vector[j]! * vector[j]!;
    return squares > 1e-280 && squares < 1e280 ? 1 / Math.sqrt(squares) : carefulScale(vector, i);
  });
}

function carefulScale(vector: ArrayLike<number>, i: number): number {
  let largest = 0;
  for (let j = 0; j < vector.length; j++) {
    const magnitude = Math.abs(vector[j]!);
    if (!(magnitude < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`vectors[${i}][${j}] = ${vector[j]}, expected a finite number`);
    }
    largest = Math.max(largest, magnitude);
  }
  if (largest === 0) throw new RangeError(`vectors[${i}] is all zeros: its cosine with others is undefined`);
  let squares = 0;
  for (let j = 0; j < vector.length; j++) squares += (vector[j]! / largest) ** 2;
  const scale = 1 / largest / Math.sqrt(squares);
  if (scale === Number.POSITIVE_INFINITY) {
    throw new RangeError(`vectors[${i}] is too short: its largest component is ${largest}`);
  }
  return scale;
}
