import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { gramMatrix } from "../../src/diversity/linear-algebra/gram-matrix.js";
import { symmetricEigenvalues } from "../../src/diversity/linear-algebra/symmetric-eigenvalues.js";
import { packageRoot } from "../../src/util/package-root.js";
import { referenceVectors } from "./reference-vectors.js";

/** As long as it takes threads to start, and then some, so that they are late, in time and in between. */
function* rounds(): Generator<number> {
  const end = performance.now() + 150;
  for (let round = 0; round < 3 || performance.now() < end; round++) yield round;
}

const sameBits = (a: Float64Array, b: Float64Array) => Buffer.from(a.buffer).equals(Buffer.from(b.buffer));

describe("with helper threads, to the bit as without", () => {
  it.each([
    [1000, 700],
    [1, 600],
    [2, 3],
    [95, 511],
    [96, 512],
    [97, 513],
    [383, 1030],
    [385, 40],
  ])("the Gram matrix of %d rows of %d", (rows, length) => {
    const vectors = referenceVectors(rows, length);
    const gram = (helpers: number) =>
      gramMatrix({
        rows,
        length,
        copy: (row, start, count, target, at) => target.set(vectors[row]!.subarray(start, start + count), at),
        helpers,
      });
    const alone = gram(0);
    for (const round of rounds()) expect(sameBits(gram(1 + (round % 3)).data, alone.data)).toBe(true);
  });

  it.each([3, 254, 255, 256, 257, 258, 301, 512])("the eigenvalues of %d rows", size => {
    const data = Float64Array.from(referenceVectors(size, size).flatMap(row => [...row]));
    const alone = symmetricEigenvalues({ size, data }, 0);
    for (const round of rounds()) {
      expect(sameBits(symmetricEigenvalues({ size, data }, 1 + (round % 3)), alone)).toBe(true);
    }
  });
});

describe("a process that computes a large score", () => {
  const script = `
    import { vendiScore } from "./dist/index.js";
    const row = i => Float64Array.from({ length: 4096 }, (_, j) => Math.sin(i * j + i) + 1.5);
    console.log(vendiScore({ vectors: Array.from({ length: 800 }, (_, i) => row(i)) }));
  `;
  async function run(...options: string[]) {
    const child = spawn(process.execPath, [...options, "--input-type=module", "-e", script], {
      cwd: packageRoot,
    });
    let printed = 0;
    const output = { stdout: "", stderr: "" };
    child.stderr.on("data", data => {
      output.stderr += data;
    });
    child.stdout.on("data", data => {
      output.stdout += data;
      printed = performance.now();
    });
    const [status] = await once(child, "close");
    expect({ status, stderr: output.stderr }).toEqual({ status: 0, stderr: "" });
    return { score: Number(output.stdout), exitMs: performance.now() - printed };
  }

  it("exits by itself at once", { timeout: 60_000 }, async () => {
    // Threads end after a second without work; on a busy machine the end of a process alone may take that long.
    const exits = [await run(), await run(), await run()].map(({ exitMs }) => exitMs);
    expect(Math.min(...exits)).toBeLessThan(800);
  });

  it("gets the same where threads are not allowed", { timeout: 60_000 }, async () => {
    const alone = await run("--permission", "--allow-fs-read=*");
    expect(alone.score).toBe((await run()).score);
  });
});
