import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { kernelRunner } from "../../src/diversity/linear-algebra/kernel-runner.js";
import { wasmCode, wasmModule } from "../../src/diversity/linear-algebra/wasm-code.js";

declare const WebAssembly: {
  Memory: new (descriptor: object) => { buffer: SharedArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
};
const { get, addF64, loadF64, storeF64 } = wasmCode;

/** Calls of a kernel that leaves 1 at its address where a helper thread made it, and 100 where this one did. */
function marker(
  marks: number,
  { module, abandon = () => expect.unreachable() }: { module?: object; abandon?: () => void } = {},
) {
  const memory = new WebAssembly.Memory({ initial: 4, maximum: 4, shared: true });
  const numbers = new Float64Array(memory.buffer);
  const calls = Array.from({ length: marks }, (_, i) => [i * 16]);
  for (const [at] of calls) numbers[at! / 8 + 1] = 1;
  const body = [storeF64(get(0), addF64(loadF64(get(0)), loadF64(get(0), 8)))];
  module ??= new WebAssembly.Module(
    wasmModule([{ name: "mark", parameters: 1, integers: 0, vectors: 0, body }]),
  );
  const found = () => calls.map(([at]) => numbers[at! / 8]!);
  let here = () => {};
  const kernels = {
    mark(at: number) {
      here();
      numbers[at / 8]! += 100;
    },
  };
  const run = kernelRunner({ module, memory, kernels, abandon });
  return (
    helpers: number,
    onThisThread: (found: () => number[]) => void = () => {},
    meanwhile?: () => void,
  ) => {
    for (const [at] of calls) numbers[at! / 8] = 0;
    here = () => onThisThread(found);
    run("mark", calls, helpers, meanwhile);
    return { here: found().filter(x => x === 100).length, helped: found().filter(x => x === 1).length };
  };
}

/** Holds this thread up until another has made a call. */
function waitForHelp(found: () => number[]): void {
  const end = performance.now() + 10_000;
  while (!found().includes(1) && performance.now() < end);
}

describe("kernelRunner", () => {
  it.each([0, 1, 10, 1024, 1025, 3000])("makes each of %d calls once", count => {
    const run = marker(count);
    for (let round = 0; round < 30; round++) {
      const { here, helped } = run(round % 4);
      expect(here + helped).toBe(count);
      if (round % 4 === 0) expect(helped).toBe(0);
    }
  });

  it("leaves calls to threads that are free, also after they had none for long", async () => {
    const run = marker(10);
    expect(run(1, waitForHelp).helped).toBeGreaterThan(0);
    expect(run(1, waitForHelp).helped).toBeGreaterThan(0);
    await setTimeout(1500);
    expect(run(1, waitForHelp).helped).toBeGreaterThan(0);
  });

  it("does something else first, while others begin", () => {
    const run = marker(2000);
    for (const helpers of [0, 2]) {
      const order: string[] = [];
      run(
        helpers,
        () => order.push("call"),
        () => order.push("meanwhile"),
      );
      expect(order[0]).toBe("meanwhile");
      expect(order.filter(what => what === "meanwhile")).toHaveLength(1);
    }
  });

  it("gives the memory up where that fails", () => {
    let abandoned = 0;
    const run = marker(10, { abandon: () => abandoned++ });
    const fail = () => {
      throw new Error("no copy");
    };
    expect(() => run(1, undefined, fail)).toThrow("no copy");
    expect(abandoned).toBe(1);
  });

  it("does without threads that fail", async () => {
    const run = marker(10, { module: { not: "a module" } });
    expect(run(2)).toEqual({ here: 10, helped: 0 });
    await setTimeout(200);
    expect(run(2)).toEqual({ here: 10, helped: 0 });
  });
});
