import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { forEachConcurrently } from "../../src/util/for-each-concurrently.js";

describe("forEachConcurrently", () => {
  it("does each item once, so many at a time, begun in order", async () => {
    const begun: number[] = [];
    let now = 0;
    let most = 0;
    await forEachConcurrently(new Set([5, 1, 3, 1, 2, 4]), 2, async item => {
      begun.push(item);
      most = Math.max(most, ++now);
      await sleep(item);
      now--;
    });
    expect(begun).toEqual([5, 1, 3, 2, 4]);
    expect(most).toBe(2);
    await forEachConcurrently([], 3, () => Promise.reject(new Error("never")));
  });

  it("begins nothing after a failure, waits for what is under way, and throws the first failure", async () => {
    const done: number[] = [];
    const all = forEachConcurrently([30, 5, 10, 20], 3, async item => {
      await sleep(item);
      if (item < 20) throw new Error(`item ${item}`);
      done.push(item);
    });
    await expect(all).rejects.toThrow("item 5");
    expect(done).toEqual([30]);
  });

  it("starts no more than there are items, however many may be under way", async () => {
    const done: number[] = [];
    await forEachConcurrently([1, 2], 1e9, async item => void done.push(item));
    await forEachConcurrently([], 4, async item => void done.push(item));
    expect(done).toEqual([1, 2]);
  });
});
