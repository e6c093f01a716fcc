import { countItems, type DiversityInput } from "./diversity-input.js";
import { kernelMatrix } from "./kernel-matrix.js";
import { gramMatrix } from "./linear-algebra/gram-matrix.js";
import { inverseNorms } from "./linear-algebra/inverse-norms.js";
import { scaledGram } from "./linear-algebra/scaled-gram.js";
import type { SquareMatrix } from "./linear-algebra/square-matrix.js";
import { symmetricEigenvalues } from "./linear-algebra/symmetric-eigenvalues.js";

export interface VendiOptions {
  /** How often each item counts, at least 0, summing to anything above 0. Default: all alike. */
  weights?: ArrayLike<number>;
}

/** The Vendi Score of one order. */
export interface VendiRow {
  q: number;
  score: number;
}

/**
 * The Vendi Score (Friedman and Dieng 2023): the effective number of unlike items, from 1 of items that are
 * all the same to n of n items that have nothing in common; 0 of no items. It is the effective number of
 * order `q` (default 1; from 0 to Infinity; Pasarkar and Dieng 2024) of the eigenvalues of the items'
 * similarity matrix over n.
 *
 * For n vectors of d components the smaller of the n x n and d x d problems is solved. A list of orders gives
 * one row per order, at the cost of one.
 *
 * @throws RangeError naming the item that is not finite, a zero vector or of another length; if a kernel is
 *   not what `DiversityInput` asks for, or has a negative eigenvalue; if weights or q are out of range
 */
export function vendiScore<T>(params: DiversityInput<T> & VendiOptions & { q?: number }): number;
export function vendiScore<T>(
  params: DiversityInput<T> & VendiOptions & { q: readonly number[] },
): VendiRow[];
export function vendiScore<T>(
  params: DiversityInput<T> & VendiOptions & { q?: number | readonly number[] },
): number | VendiRow[] {
  const { q = 1 } = params;
  const spectrum = countItems(params) === 0 ? new Float64Array() : eigenvalueShares(params);
  return typeof q === "number"
    ? effectiveNumber(spectrum, q)
    : q.map(order => ({ q: order, score: effectiveNumber(spectrum, order) }));
}

function eigenvalueShares<T>(params: DiversityInput<T> & VendiOptions): Float64Array {
  const roots = weightRoots(countItems(params), params.weights);
  if ("vectors" in params) {
    const { vectors } = params;
    const scales = inverseNorms(vectors).map((scale, i) => scale * roots[i]!);
    const wide = vectors.length <= vectors[0]!.length;
    return symmetricEigenvalues(wide ? scaledGram(vectors, scales) : weightedCovariance(vectors, scales));
  }
  return kernelShares(kernelMatrix(params), roots);
}

/** Eigenvalues, ascending, of a kernel whose element (i, j) is multiplied by roots[i] roots[j]. */
function kernelShares({ size, data }: SquareMatrix, roots: ArrayLike<number>): Float64Array {
  const weighted = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) weighted[i * size + j] = data[i * size + j]! * roots[i]! * roots[j]!;
  }
  const shares = symmetricEigenvalues({ size, data: weighted });
  if (shares[0]! < -1e-6) {
    throw new RangeError(
      `kernel is not positive semi-definite: over its weights it has the eigenvalue ${shares[0]}, expected none below 0`,
    );
  }
  return shares;
}

/** Square roots of the weights, scaled to sum to 1; equal ones by default. */
function weightRoots(size: number, weights?: ArrayLike<number>): Float64Array {
  if (weights === undefined) return new Float64Array(size).fill(1 / Math.sqrt(size));
  if (weights.length !== size) {
    throw new RangeError(`weights has ${weights.length} numbers for ${size} items`);
  }
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`weights[${i}] = ${weight}, expected a finite number, at least 0`);
    }
    sum += weight;
  }
  if (!(sum > 0 && sum < Number.POSITIVE_INFINITY)) {
    throw new RangeError(`weights sum to ${sum}, expected a finite number above 0`);
  }
  return Float64Array.from(weights, weight => Math.sqrt(weight / sum));
}

/**
 * The effective number of kinds of order q (Hill number) of shares that sum to 1: (sum of share^q)^(1 / (1 - q)),
 * with its limits at q = 1 (the exponential of Shannon's entropy) and infinity (one over the largest share). Small
 * orders count rare kinds in full, order 0 all alike; large ones only the commonest. 0 of no shares.
 *
 * Shares under size x machine epsilon of the largest are rounding errors of zero and left out, as they have to be: at
 * q = 0.1 a thousand shares of 1e-17 would count for 20 kinds.
 *
 * @throws RangeError if q is negative or not a number
 */
export function effectiveNumber(shares: ArrayLike<number>, q: number): number {
  if (!(q >= 0)) throw new RangeError(`q = ${q}, expected a number from 0 to Infinity`);
  let largest = 0;
  for (let i = 0; i < shares.length; i++) largest = Math.max(largest, shares[i]!);
  if (largest === 0) return 0;
  if (q === Number.POSITIVE_INFINITY) return 1 / largest;
  const least = largest * shares.length * Number.EPSILON;
  const nearOne = Math.abs(q - 1) < 0.01;
  let entropy = 0;
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i]!;
    if (!(share > least)) continue;
    if (q === 1) entropy -= share * Math.log(share);
    // Near 1 the sum is nearly 1, and only its difference from 1 matters.
    else if (nearOne) sum += share * Math.expm1((q - 1) * Math.log(share));
    else sum += (share / largest) ** q;
  }
  if (q === 1) return Math.exp(entropy);
  const log = nearOne ? Math.log1p(sum) : q * Math.log(largest) + Math.log(sum);
  return Math.exp(log / (1 - q));
}

/**
 * The d x d matrix XT X of n scaled vectors of d components: it has the same eigenvalues above zero as their n x n
 * Gram matrix.
 */
function weightedCovariance(vectors: readonly ArrayLike<number>[], scales: Float64Array): SquareMatrix {
  return gramMatrix({
    rows: vectors[0]?.length ?? 0,
    length: vectors.length,
    copy(component, start, count, target, at) {
      for (let i = 0; i < count; i++) {
        target[at + i] = vectors[start + i]![component]! * scales[start + i]!;
      }
    },
  });
}
