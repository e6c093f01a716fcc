import { mean, standardDeviation } from "../metrics/statistics.js";
import { createRandom, type Random } from "../util/random.js";
import { countItems, type DiversityInput } from "./diversity-input.js";
import { kernelMatrix } from "./kernel-matrix.js";
import { type SquareMatrix, squareMatrix } from "./linear-algebra/square-matrix.js";
import { vendiScore } from "./vendi-score.js";

export interface VendiSubsamplesOptions {
  /** Items in each draw. Default 128 (SOAR, section 5.2). */
  size?: number;
  /** Default 100 (SOAR, section 5.2). */
  draws?: number;
  /**
   * Whether an item may be drawn twice. Default false: a repeated item is not a new one, and would lower the
   * score of small pools below that of large ones. Without it a pool of exactly `size` items has no spread.
   */
  replacement?: boolean;
  /** Default 0. The same seed gives the same draws. */
  seed?: number | string;
}

/** The Vendi Score of one order over draws of a common size. */
export interface VendiSubsamples {
  q: number;
  size: number;
  draws: number;
  mean: number;
  /** Sample SD over draws; NaN for one draw. */
  sd: number;
  /** The score of each draw. */
  scores: number[];
}

/**
 * Vendi Scores of random subsamples of a common size, so that pools of different sizes compare (SOAR, section
 * 5.2 and Table 1: 100 draws of 128 questions). One row per order `q`, default 1.
 *
 * The similarity matrix is made once, and each draw is a part of it, unless the pool is so large that the
 * draws need fewer similarities than all of its pairs.
 *
 * @throws RangeError if the pool is smaller than a draw without replacement, or empty; otherwise as
 *   `vendiScore`
 */
export function vendiSubsamples<T>(
  params: DiversityInput<T> & VendiSubsamplesOptions & { q?: number | readonly number[] },
): VendiSubsamples[] {
  const { size = 128, draws = 100, replacement = false, seed = 0, q = 1 } = params;
  const orders = typeof q === "number" ? [q] : q;
  const pool = countItems(params);
  for (const [name, value] of Object.entries({ size, draws })) {
    if (!(Number.isInteger(value) && value >= 1)) {
      throw new RangeError(`vendiSubsamples: ${name} = ${value}, expected a positive whole number`);
    }
  }
  if (pool === 0 || (!replacement && pool < size)) {
    throw new RangeError(
      `vendiSubsamples: size = ${size} but there are ${pool} items${pool === 0 ? "" : "; draw fewer, or with replacement"}`,
    );
  }

  const fewComponents = "vectors" in params && params.vectors[0]!.length < size;
  const fewDraws = pool * pool > draws * size * size;
  const source =
    "kernel" in params || !(fewComponents || fewDraws) ? { kernel: kernelMatrix(params) } : params;
  const random = createRandom(seed);
  const scores = orders.map(() => new Array<number>(draws));
  for (let draw = 0; draw < draws; draw++) {
    const chosen = choose(random, pool, size, replacement);
    vendiScore({ ...subset(source, chosen), q: orders }).forEach(({ score }, i) => {
      scores[i]![draw] = score;
    });
  }
  return orders.map((order, i) => ({
    q: order,
    size,
    draws,
    mean: mean(scores[i]!),
    sd: standardDeviation(scores[i]!),
    scores: scores[i]!,
  }));
}

function choose(random: Random, pool: number, size: number, replacement: boolean): Uint32Array {
  if (replacement) return Uint32Array.from({ length: size }, () => random.int(pool));
  // The first `size` steps of a shuffle; only what was moved is stored.
  const moved = new Map<number, number>();
  return Uint32Array.from({ length: size }, (_, i) => {
    const j = i + random.int(pool - i);
    const chosen = moved.get(j) ?? j;
    moved.set(j, moved.get(i) ?? i);
    return chosen;
  });
}

function subset<T>(
  source: Exclude<DiversityInput<T>, { kernel: unknown }> | { kernel: SquareMatrix },
  chosen: Uint32Array,
): DiversityInput<T> {
  const take = <Item>(items: readonly Item[]) => Array.from(chosen, i => items[i]!);
  if ("vectors" in source) return { vectors: take(source.vectors) };
  if ("kernel" in source) return { kernel: part(source.kernel, chosen) };
  return source.similarity === undefined
    ? { items: take(source.items) }
    : { items: take(source.items), similarity: source.similarity };
}

function part({ size, data }: SquareMatrix, chosen: Uint32Array): SquareMatrix {
  const count = chosen.length;
  const result = squareMatrix(count);
  for (let i = 0; i < count; i++) {
    const row = chosen[i]! * size;
    for (let j = 0; j < count; j++) result.data[i * count + j] = data[row + chosen[j]!]!;
  }
  return result;
}
