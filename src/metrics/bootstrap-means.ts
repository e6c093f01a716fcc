import { createRandom, type Random } from "../util/random.js";
import { binomialSample } from "./binomial-sample.js";

export interface BootstrapMeansParams {
  /** Distinct rows of the sample, each a list of the same length: one number per quantity to average. */
  rows: readonly ArrayLike<number>[];
  /** How often each row occurs in the sample; whole numbers, at least 0. Default 1 each. */
  counts?: readonly number[];
  /** Bootstrap draws. Default 10,000. */
  draws?: number;
  /** Default 0. The same seed gives the same draws. */
  seed?: number | string;
}

/**
 * Means of `draws` resamples with replacement, one Float64Array of length `draws` per quantity; the quantities of one
 * draw share its resample. Resampling a sample of N that has D distinct rows is a multinomial draw over the rows, so
 * the work of a draw is O(min(N, D)), not N times the quantities, and it is the bootstrap's own distribution, not an
 * approximation of it. For an empty sample, all means are NaN.
 *
 * @throws RangeError if rows differ in length, or counts or draws are not whole numbers in range
 */
export function bootstrapMeans({
  rows,
  counts = rows.map(() => 1),
  draws = 10_000,
  seed = 0,
}: BootstrapMeansParams): Float64Array[] {
  if (!(Number.isInteger(draws) && draws >= 1)) {
    throw new RangeError(`bootstrapMeans: draws = ${draws}, expected a positive whole number`);
  }
  if (counts.length !== rows.length) {
    throw new RangeError(`bootstrapMeans: ${counts.length} counts for ${rows.length} rows`);
  }
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, () => new Float64Array(rows.length));
  let total = 0;
  rows.forEach((row, r) => {
    const count = counts[r]!;
    if (row.length !== width) {
      throw new RangeError(`bootstrapMeans: rows[${r}] has ${row.length} values, rows[0] has ${width}`);
    }
    if (!(Number.isInteger(count) && count >= 0)) {
      throw new RangeError(`bootstrapMeans: counts[${r}] = ${count}, expected a whole number, at least 0`);
    }
    total += count;
    for (let q = 0; q < width; q++) columns[q]![r] = row[q]!;
  });

  const means = columns.map(() => new Float64Array(draws));
  const drawn = new Float64Array(rows.length);
  const resample = resampler(counts, total, createRandom(seed));
  for (let draw = 0; draw < draws; draw++) {
    resample(drawn);
    columns.forEach((column, q) => {
      means[q]![draw] = dot(drawn, column) / total;
    });
  }
  return means;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Draws from Multinomial(total, counts / total) into the array given. */
function resampler(counts: readonly number[], total: number, random: Random): (drawn: Float64Array) => void {
  // A binomial costs about as much as this many direct draws.
  const directDrawsPerBinomial = 20;
  return counts.length * directDrawsPerBinomial < total
    ? conditionalBinomials(counts, total, random)
    : directDraws(counts, total, random);
}

/** One binomial per row, given what the rows before it left; the commonest first, so that the rest is soon used up. */
function conditionalBinomials(counts: readonly number[], total: number, random: Random) {
  const order = counts.map((_, r) => r).sort((r, s) => counts[s]! - counts[r]!);
  return (drawn: Float64Array) => {
    drawn.fill(0);
    let left = total;
    let mass = total;
    for (const r of order) {
      if (left === 0) break;
      const count = counts[r]!;
      const taken = binomialSample(random, left, count / mass);
      drawn[r] = taken;
      left -= taken;
      mass -= count;
    }
  };
}

/** One index per member of the sample. */
function directDraws(counts: readonly number[], total: number, random: Random) {
  const rowOf = new Uint32Array(total);
  let at = 0;
  counts.forEach((count, r) => {
    rowOf.fill(r, at, at + count);
    at += count;
  });
  const fill = randomBits(random);
  const small = total < 2 ** 16;
  const unfair = (small ? 2 ** 16 : 2 ** 32) % total;
  const addDraws = small ? addSmallDraws : addLargeDraws;
  const buffer = new Uint32Array(Math.min(4096, small ? Math.ceil(total / 2) : total));
  const tally = new Uint32Array(counts.length);
  return (drawn: Float64Array) => {
    tally.fill(0);
    for (let left = total; left > 0; ) {
      fill(buffer);
      left = addDraws(tally, left, buffer, rowOf, unfair);
    }
    drawn.set(tally);
  };
}

// Lemire's method: of number x total the high half is the index; the few numbers that would make some indices likelier
// than others are known by the low half and thrown away. Both add at most `left` draws and return how many they lacked.

/** Two indices from each number, for a sample under 2^16. */
function addSmallDraws(
  tally: Uint32Array,
  left: number,
  buffer: Uint32Array,
  rowOf: Uint32Array,
  unfair: number,
): number {
  const total = rowOf.length;
  for (let i = 0; i < buffer.length; i++) {
    const bits = buffer[i]! | 0;
    const first = Math.imul(bits >>> 16, total);
    if ((first & 0xffff) >= unfair) {
      tally[rowOf[first >>> 16]!]!++;
      if (--left === 0) return 0;
    }
    const second = Math.imul(bits & 0xffff, total);
    if ((second & 0xffff) >= unfair) {
      tally[rowOf[second >>> 16]!]!++;
      if (--left === 0) return 0;
    }
  }
  return left;
}

/** One index from each number, its product taken in halves of 16 bits: a double would not hold it whole. */
function addLargeDraws(
  tally: Uint32Array,
  left: number,
  buffer: Uint32Array,
  rowOf: Uint32Array,
  unfair: number,
): number {
  const total = rowOf.length;
  for (let i = 0; i < buffer.length; i++) {
    const low = (buffer[i]! & 0xffff) * total;
    const high = (buffer[i]! >>> 16) * total + Math.floor(low / 2 ** 16);
    const index = Math.floor(high / 2 ** 16);
    const rest = (high - index * 2 ** 16) * 2 ** 16 + (low % 2 ** 16);
    if (rest >= unfair) {
      tally[rowOf[index]!]!++;
      if (--left === 0) return 0;
    }
  }
  return left;
}

/**
 * A function that fills an array with uniform 32-bit numbers, for loops that need tens of millions of them: sfc32, the
 * generator behind `createRandom`, with its state in local variables, which is several times faster than a call per
 * number. Seeded from `random`, of which it takes three numbers.
 */
function randomBits(random: Random): (buffer: Uint32Array) => void {
  const state = Int32Array.from([random.next(), random.next(), random.next(), 0], x => x * 2 ** 32);
  state[3] = 1;
  const fill = (buffer: Uint32Array) => {
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let counter = state[3]!;
    for (let i = 0; i < buffer.length; i++) {
      const sum = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      buffer[i] = sum;
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = counter;
  };
  fill(new Uint32Array(12));
  return fill;
}
