import { dotBlock, dotTile } from "./dot-block.js";
import { kernelRunner, type RunKernel } from "./kernel-runner.js";
import { updateAndMultiply } from "./update-and-multiply.js";
import { wasmModule } from "./wasm-code.js";

// The part of the global that is used here: TypeScript declares it only together with the whole browser.
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number; maximum: number; shared: true });
    readonly buffer: SharedArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } });
    readonly exports: unknown;
  }
}

/** Inner loops on one memory. All addresses are in bytes from its start, multiples of 8. */
export interface MatrixKernels {
  /** The whole memory. */
  memory: Float64Array;
  /** Makes many calls of one of the kernels below, given by its name, on several threads. */
  run: RunKernel;
  /**
   * out[i][j] += the dot product of row i of `a` and row j of `b`, for the rows from `a` to `aEnd` and from `b` to
   * `bEnd`, each of `tileLength` numbers, one after the other and a multiple of `tileRows`; tiles whose `a` is before
   * their `b`, those above the diagonal, are left out. Rows of `out` are `stride` bytes apart.
   */
  dotBlock(a: number, aEnd: number, b: number, bEnd: number, out: number, stride: number): void;
  /**
   * A part of one step of the reduction to tridiagonal form on the lower triangle of a symmetric matrix, in one pass
   * over it: A -= v wT + w vT, then y = A u. The matrix has rows `stride` bytes apart and holds its 2 x 2 diagonal
   * blocks whole. This part is the rows from `row` to `rowEnd`, the first at `matrix`, and what their elements left of
   * the diagonal and the mirror images of these give: y as far as `rowEnd`. Rows are given by where their elements are
   * in the vectors, in bytes, and begin and end with a block.
   */
  updateAndMultiply(
    matrix: number,
    stride: number,
    row: number,
    rowEnd: number,
    v: number,
    w: number,
    u: number,
    y: number,
  ): void;
}

/**
 * Kernels on a memory of at least `length` numbers. Memories up to 16 MiB are kept and handed out again, with whatever
 * they hold, on the next call: use one result at a time.
 *
 * @throws RangeError if the memory cannot be had
 */
export function matrixKernels(length: number): MatrixKernels {
  if (kept && kept.memory.length >= length) return kept;
  const kernels = instantiate(length);
  if (kernels.memory.byteLength <= 2 ** 24) kept = kernels;
  return kernels;
}

let kept: MatrixKernels | undefined;
let module: WebAssembly.Module | undefined;

function instantiate(length: number): MatrixKernels {
  const pages = Math.ceil((length * 8) / 2 ** 16);
  let memory: WebAssembly.Memory;
  try {
    memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  } catch (cause) {
    const mebibytes = Math.ceil((length * 8) / 2 ** 20);
    throw new RangeError(`a matrix workspace of ${mebibytes} MiB cannot be allocated`, { cause });
  }
  module ??= new WebAssembly.Module(wasmModule([dotTile(), dotBlock(0), updateAndMultiply()]));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const loops = exports as Pick<MatrixKernels, "dotBlock" | "updateAndMultiply">;
  const abandon = () => {
    kept = undefined;
  };
  const run = kernelRunner({ module, memory, kernels: { ...loops }, abandon });
  return { memory: new Float64Array(memory.buffer), run, ...loops };
}
