import { describe, expect, it } from "vitest";
import { closestMatch } from "../../src/util/closest-match.js";
import { deriveSeed } from "../../src/util/derive-seed.js";
import { createRandom } from "../../src/util/random.js";
import { readSafetensors, writeSafetensors } from "../../src/util/safetensors.js";
import { setPath } from "../../src/util/set-path.js";

describe("seeded randomness", () => {
  it("is the same for the same seed and another for another", () => {
    const draw = (seed: number | string) => Array.from({ length: 5 }, createRandom(seed).next);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw("1")).toEqual(draw(1));
  });

  it("is uniform and normal within sampling error", () => {
    const random = createRandom("moments");
    const uniform = Array.from({ length: 20000 }, random.next);
    const normal = Array.from({ length: 20000 }, random.normal);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(uniform)).toBeCloseTo(0.5, 1);
    expect(mean(normal)).toBeCloseTo(0, 1);
    expect(mean(normal.map(value => value * value))).toBeCloseTo(1, 1);
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...uniform)).toBeLessThan(1);
  });

  it("shuffles a copy", () => {
    const items = [1, 2, 3, 4, 5, 6, 7, 8];
    const shuffled = createRandom(0).shuffle(items);
    expect(items).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort()).toEqual(items);
  });

  it("derives distinct seeds from neighbouring paths", () => {
    const seeds = new Set<number>();
    for (let i = 0; i < 100; i++) for (let j = 0; j < 100; j++) seeds.add(deriveSeed(0, "student", i, j));
    expect(seeds.size).toBeGreaterThan(9990);
    for (const seed of seeds) expect(seed >= 0 && seed < 2 ** 31).toBe(true);
  });
});

it("nearest finds the name that was meant, or none", () => {
  const names = ["outerSteps", "datasets", "promotion"];
  expect(closestMatch("outersteps", names)).toBe("outerSteps");
  expect(closestMatch("promotoin", names)).toBe("promotion");
  expect(closestMatch("xyz", names)).toBeUndefined();
  expect(closestMatch("x", [])).toBeUndefined();
});

it("safetensors files read back, also from a part of a larger buffer", () => {
  const tensors = {
    a: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
    b: { shape: [1], data: Float32Array.of(-0.5) },
  };
  const file = writeSafetensors(tensors);
  expect(readSafetensors(file)).toEqual(tensors);
  const inside = Buffer.concat([Buffer.from("abc"), file, Buffer.from("def")]).subarray(3, 3 + file.length);
  expect(readSafetensors(inside)).toEqual(tensors);
});

it("setPath makes the objects on its way, and refuses what objects inherit", () => {
  const target: Record<string, unknown> = { a: { b: 1 }, c: 3 };
  setPath(target, "a.d", 2);
  setPath(target, "c.e", 4);
  expect(target).toEqual({ a: { b: 1, d: 2 }, c: { e: 4 } });
  for (const path of ["__proto__.x", "a.constructor.x", "toString"]) {
    expect(() => setPath(target, path, 1)).toThrow(`${path}: no field can be named`);
  }
  expect(({} as Record<string, unknown>).x).toBeUndefined();
});
