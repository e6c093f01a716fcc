import { describe, expect, it } from "vitest";
import { gramMatrix } from "../../src/diversity/linear-algebra/gram-matrix.js";
import { symmetricEigenvalues } from "../../src/diversity/linear-algebra/symmetric-eigenvalues.js";
import { createRandom } from "../../src/util/random.js";
import references from "./fixtures/references.json" with { type: "json" };
import { referenceVectors } from "./reference-vectors.js";

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));
}

describe("symmetricEigenvalues", () => {
  it.each(references.spectra)("agrees with SciPy on $n rows", ({ n, eigenvalues }) => {
    // Only the lower triangle is filled: nothing else may be read.
    const data = new Float64Array(n * n).fill(Number.NaN);
    referenceVectors(n, n).forEach((row, i) => {
      data.set(row.subarray(0, i + 1), i * n);
    });
    const actual = symmetricEigenvalues({ size: n, data });
    expect(actual).toHaveLength(n);
    expect(largestDifference(actual, eigenvalues)).toBeLessThan(1e-12);
  });

  it.each([5, 100, 301])("finds the known spectrum of the second difference matrix of %d", n => {
    const data = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      data[i * n + i] = 2;
      if (i > 0) data[i * n + i - 1] = -1;
    }
    const expected = Array.from({ length: n }, (_, k) => 2 - 2 * Math.cos(((k + 1) * Math.PI) / (n + 1)));
    expect(largestDifference(symmetricEigenvalues({ size: n, data }), expected)).toBeLessThan(1e-13);
  });

  it("finds repeated, zero, huge and tiny eigenvalues", () => {
    const spectrum = (diagonal: number[], ...rest: number[]) => {
      const n = diagonal.length;
      const data = new Float64Array(n * n).fill(rest[0] ?? 0);
      diagonal.forEach((value, i) => {
        data[i * n + i] = value;
      });
      return [...symmetricEigenvalues({ size: n, data })];
    };
    expect(spectrum([])).toEqual([]);
    expect(spectrum([-3])).toEqual([-3]);
    expect(spectrum([0, 0, 0])).toEqual([0, 0, 0]);
    expect(spectrum([2, 7, -1, 2])).toEqual([-1, 2, 2, 7]);
    const ones = spectrum(new Array(40).fill(1), 1);
    expect(ones[39]).toBeCloseTo(40, 11);
    expect(Math.max(...ones.slice(0, 39).map(Math.abs))).toBeLessThan(1e-13);
    expect(spectrum([1e300, 1e300], 1e300)[1]! / 2e300).toBeCloseTo(1, 12);
    expect(spectrum([1e-300, 1e-300], 1e-300)[1]! / 2e-300).toBeCloseTo(1, 12);
  });

  it("keeps trace and squares of a random matrix", () => {
    const random = createRandom(3);
    const n = 257;
    const data = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) data[i * n + j] = data[j * n + i] = random.normal();
    }
    const copy = data.slice();
    const values = symmetricEigenvalues({ size: n, data });
    expect(data).toEqual(copy);
    const trace = Array.from({ length: n }, (_, i) => data[i * n + i]!).reduce((a, b) => a + b);
    expect(values.reduce((a, b) => a + b)).toBeCloseTo(trace, 10);
    const squares = data.reduce((sum, x) => sum + x * x, 0);
    expect(values.reduce((sum, x) => sum + x * x, 0) / squares).toBeCloseTo(1, 12);
  });

  it("refuses what is not finite", () => {
    const data = Float64Array.of(1, 0, Number.NaN, 1);
    expect(() => symmetricEigenvalues({ size: 2, data })).toThrow(/matrix\[1\]\[0\] = NaN/);
  });
});

describe("gramMatrix", () => {
  it.each([
    [0, 5],
    [1, 1],
    [4, 511],
    [7, 512],
    [100, 1030],
  ])("of %d rows of %d", (rows, length) => {
    const vectors = referenceVectors(rows, length);
    const { size, data } = gramMatrix({
      rows,
      length,
      copy: (row, start, count, target, at) => target.set(vectors[row]!.subarray(start, start + count), at),
    });
    expect(size).toBe(rows);
    const expected = vectors.flatMap(a => vectors.map(b => a.reduce((sum, x, k) => sum + x * b[k]!, 0)));
    expect(data).toHaveLength(rows * rows);
    if (rows > 0) expect(largestDifference(data, expected)).toBeLessThan(1e-12);
  });
});
