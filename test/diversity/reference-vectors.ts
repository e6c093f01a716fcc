/** The vectors of scripts/references/vendi.py: whole-number arithmetic, so the same in every language. */
export function referenceVectors(n: number, d: number): Float64Array[] {
  return Array.from({ length: n }, (_, i) =>
    Float64Array.from(
      { length: d },
      (_, j) => ((i * 7919 + j * 104729 + i * i * j * 31 + i * j * j * 17) % 1009) / 1009 - 0.4,
    ),
  );
}

/** A relative tolerance, for scores: those of order infinity may be large. */
export function relativeError(actual: number, expected: number): number {
  return Math.abs(actual / expected - 1);
}
