import { Worker } from "node:worker_threads";

export interface KernelRunnerParams {
  /** A compiled WebAssembly module. */
  module: object;
  /** The shared memory that the module imports as "env" "memory". */
  memory: object;
  /** The functions of the module on this thread, of at most 8 numbers and without a result. */
  kernels: Record<string, (...parameters: number[]) => void>;
  /** Called if a thread may still use the memory, which must then not be used again. */
  abandon(): void;
}

/**
 * Makes all calls of one kernel, on this thread and up to `helpers` others, and returns when they are made. They may
 * run in any order and at the same time, so none may read what another writes. This thread does `meanwhile` first,
 * when the others may have begun.
 *
 * @throws Error if a thread that has taken a call does not finish it in a minute
 */
export type RunKernel = (
  kernel: string,
  calls: readonly (readonly number[])[],
  helpers: number,
  meanwhile?: () => void,
) => void;

// The words of `control`: how many calls nobody has taken, how many are not finished, how many threads there are.
const [untaken, unfinished, threads] = [0, 1, 2];
/** Numbers of a call in the memory that the threads share: which kernel, and its parameters. */
const callLength = 9;
const mostCalls = 1024;
/** Looks at a word before sleeping on it: less than 0.1 ms in all, about what it takes to be woken. */
const looks = 20_000;

/**
 * Threads for the kernels of one memory. They start on the first run that asks for them, never keep the process alive
 * and end after a second without work. Whoever is free takes the next call, this thread too, so that none waits for a
 * thread that is late, dead or could not be started.
 */
export function kernelRunner({ module, memory, kernels, abandon }: KernelRunnerParams): RunKernel {
  const names = Object.keys(kernels);
  let control: Int32Array | undefined;
  let calls: Int32Array | undefined;

  return function run(name, all, helpers, meanwhile) {
    const kernel = kernels[name]!;
    if (helpers === 0) {
      meanwhile?.();
      for (const call of all) kernel(...call);
      return;
    }
    control ??= new Int32Array(new SharedArrayBuffer(3 * 4));
    calls ??= new Int32Array(new SharedArrayBuffer(mostCalls * callLength * 4));
    while (Atomics.load(control, threads) < helpers) {
      Atomics.add(control, threads, 1);
      startThread({ module, memory, names, control, calls });
    }
    try {
      for (let from = 0; from < all.length; from += mostCalls) {
        const batch = all.slice(from, from + mostCalls);
        for (const [i, call] of batch.entries()) calls.set([names.indexOf(name), ...call], i * callLength);
        Atomics.store(control, unfinished, batch.length);
        Atomics.store(control, untaken, batch.length);
        Atomics.notify(control, untaken);
        if (from === 0) meanwhile?.();
        for (let left = batch.length; left > 0; left = Atomics.load(control, untaken)) {
          if (Atomics.compareExchange(control, untaken, left, left - 1) !== left) continue;
          kernel(...batch[left - 1]!);
          Atomics.sub(control, unfinished, 1);
        }
        waitForOthers(control);
      }
    } catch (error) {
      abandon();
      throw error;
    }
  };
}

function startThread(workerData: object): void {
  try {
    // Not with the options of this process: some would read the source as a module, or load one ahead of it.
    const worker = new Worker(threadSource, { eval: true, execArgv: [], workerData });
    worker.on("error", () => {});
    worker.unref();
  } catch {
    // Not allowed, as under node --permission: treated as a thread that never starts.
  }
}

function waitForOthers(control: Int32Array): void {
  for (let i = 0; i < looks && Atomics.load(control, unfinished) > 0; i++);
  for (let left = Atomics.load(control, unfinished); left > 0; left = Atomics.load(control, unfinished)) {
    if (Atomics.wait(control, unfinished, left, 60_000) === "timed-out") {
      throw new Error("a helper thread did not finish its part in a minute");
    }
  }
}

/** The code of a thread: as text, since a file would have to be found in both the sources and the build. */
const threadSource = `
const { module, memory, names, control, calls } = require("node:worker_threads").workerData;
const { exports } = new WebAssembly.Instance(module, { env: { memory } });
const kernels = names.map(name => exports[name]);
do {
  for (let left = Atomics.load(control, ${untaken}); left > 0; left = Atomics.load(control, ${untaken})) {
    if (Atomics.compareExchange(control, ${untaken}, left, left - 1) !== left) continue;
    const at = (left - 1) * ${callLength};
    kernels[calls[at]](...calls.subarray(at + 1, at + ${callLength}));
    if (Atomics.sub(control, ${unfinished}, 1) === 1) Atomics.notify(control, ${unfinished});
  }
  for (let i = 0; i < ${looks} && Atomics.load(control, ${untaken}) === 0; i++);
} while (Atomics.wait(control, ${untaken}, 0, 1000) !== "timed-out");
Atomics.sub(control, ${threads}, 1);
`;
