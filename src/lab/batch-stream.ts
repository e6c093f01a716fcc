import { createRandom } from "../util/random.js";

/** Batches that go through a dataset in random order, repeatedly; every call returns the next one. */
export function batchStream<T>(items: readonly T[], size: number, seed: number): () => T[] {
  const random = createRandom(`batches/${seed}`);
  let queue: T[] = [];
  return () =>
    Array.from({ length: size }, () => {
      if (queue.length === 0) queue = random.shuffle(items);
      return queue.pop()!;
    });
}
