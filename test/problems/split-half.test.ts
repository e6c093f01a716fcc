import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/problems/problem.js";
import { splitHalf } from "../../src/problems/split-half.js";
import { createRandom } from "../../src/util/random.js";

const make = (n: number): Problem[] =>
  Array.from({ length: n }, (_, i) => ({
    id: `id-${i}`,
    source: "test",
    split: "test",
    question: `${i}`,
    answer: `${i}`,
  }));
const ids = (problems: Problem[]) => problems.map(({ id }) => id);

describe("splitHalf", () => {
  it("is disjoint, complete and half and half; an odd problem goes to test", () => {
    for (const n of [0, 1, 2, 719, 10_000]) {
      const problems = make(n);
      const { train, test } = splitHalf(problems, 0);
      expect(train.length).toBe(Math.floor(n / 2));
      expect(new Set([...ids(train), ...ids(test)]).size).toBe(n);
      expect(train.length + test.length).toBe(n);
    }
  });

  it("does not depend on the order of the problems, but on the seed", () => {
    const problems = make(200);
    const { train } = splitHalf(problems, 7);
    const again = splitHalf(createRandom(1).shuffle(problems), 7);
    expect(new Set(ids(again.train))).toEqual(new Set(ids(train)));
    const common = splitHalf(problems, 8).train.filter(problem => train.includes(problem)).length;
    expect(common).toBeGreaterThan(30);
    expect(common).toBeLessThan(70);
  });

  it("is the same on every machine", () => {
    expect(ids(splitHalf(make(8), 0).train)).toMatchInlineSnapshot(`
      [
        "id-2",
        "id-3",
        "id-5",
        "id-6",
      ]
    `);
  });

  it("refuses duplicate ids", () => {
    expect(() => splitHalf([...make(3), make(1)[0]!], 0)).toThrow(/0 and 3.*"id-0"/);
  });
});
