import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { mapSequentially } from "../../src/util/map-sequentially.js";

it("inTurn does one item after the other, and stops at a failure", async () => {
  let now = 0;
  const begun: number[] = [];
  const action = async (item: number) => {
    begun.push(item);
    expect(++now).toBe(1);
    await sleep(item);
    now--;
    if (item === 3) throw new Error("three");
    return 10 * item;
  };
  expect(await mapSequentially(new Set([5, 1, 2]), action)).toEqual([50, 10, 20]);
  expect(await mapSequentially([], action)).toEqual([]);
  await expect(mapSequentially([4, 3, 2], action)).rejects.toThrow("three");
  expect(begun).toEqual([5, 1, 2, 4, 3]);
});
