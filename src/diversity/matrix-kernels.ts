import { type WasmFunction, wasmCode, wasmModule } from "./wasm-code.js";

// The part of the global that is used here: TypeScript declares it only together with the whole browser.
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: { initial: number });
    readonly buffer: ArrayBuffer;
  }
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>);
  }
  class Instance {
    constructor(module: Module, imports: { env: { memory: Memory } });
    readonly exports: unknown;
  }
}

/** Rows of a tile of `dotTile`, on either side. */
export const tileRows = 3;
/** Numbers in a row of the blocks that `dotTile` reads: 4 KiB, so that the rows of two tiles fit the first cache. */
export const tileLength = 512;

/** Inner loops on one memory. All addresses are in bytes from its start, multiples of 8. */
export interface MatrixKernels {
  /** The whole memory. */
  memory: Float64Array;
  /**
   * out[i][j] += the dot product of row i of `a` and row j of `b`, for the `tileRows` rows from either address, each of
   * `tileLength` numbers, rows one after the other. Rows of `out` are `stride` bytes apart.
   */
  dotTile(a: number, b: number, out: number, stride: number): void;
  /**
   * One step of the reduction to tridiagonal form on the lower triangle of a symmetric matrix, in one pass over it:
   * A -= v wT + w vT, then y = A u. The matrix has `size` rows (an even number) `stride` bytes apart, and holds its
   * 2 x 2 diagonal blocks whole.
   */
  updateAndMultiply(
    matrix: number,
    stride: number,
    size: number,
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
 * @throws RangeError where the memory cannot be had
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
    memory = new WebAssembly.Memory({ initial: pages });
  } catch (cause) {
    const mebibytes = Math.ceil((length * 8) / 2 ** 20);
    throw new RangeError(`a matrix workspace of ${mebibytes} MiB cannot be allocated`, { cause });
  }
  module ??= new WebAssembly.Module(wasmModule([dotTile(), updateAndMultiply()]));
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const loops = exports as Omit<MatrixKernels, "memory">;
  return { memory: new Float64Array(memory.buffer), ...loops };
}

const { get, set, i32, addI32, shiftLeft, addF64, loadF64, storeF64 } = wasmCode;
const { load, store, loadSplat, zero, lane, add, sub, mul, whileBelow } = wasmCode;
const indices = (count: number) => Array.from({ length: count }, (_, i) => i);

function dotTile(): WasmFunction {
  const [a, b, out, stride, end] = [0, 1, 2, 3, 4];
  const sum = (i: number, j: number) => 5 + i * tileRows + j;
  const left = (i: number) => 5 + tileRows ** 2 + i;
  const right = 5 + tileRows ** 2 + tileRows;
  const row = tileLength * 8;
  const rows = indices(tileRows);
  return {
    name: "dotTile",
    parameters: 4,
    integers: 1,
    vectors: tileRows ** 2 + tileRows + 1,
    body: [
      set(end, addI32(get(a), i32(row))),
      whileBelow(
        get(a),
        get(end),
        // Four vectors a turn: the end of a loop costs as much as a few of its sums.
        ...[0, 16, 32, 48].flatMap(step => [
          ...rows.map(i => set(left(i), load(get(a), i * row + step))),
          ...rows.flatMap(j => [
            set(right, load(get(b), j * row + step)),
            ...rows.map(i => set(sum(i, j), add(get(sum(i, j)), mul(get(left(i)), get(right))))),
          ]),
        ]),
        set(a, addI32(get(a), i32(64))),
        set(b, addI32(get(b), i32(64))),
      ),
      ...rows.flatMap(i => [
        ...rows.map(j => {
          const total = addF64(lane(get(sum(i, j)), 0), lane(get(sum(i, j)), 1));
          return storeF64(get(out), addF64(loadF64(get(out), j * 8), total), j * 8);
        }),
        set(out, addI32(get(out), get(stride))),
      ]),
    ],
  };
}

function updateAndMultiply(): WasmFunction {
  const [matrix, stride, size, v, w, u, y] = [0, 1, 2, 3, 4, 5, 6];
  // Two rows at a time. `at` runs along them as an offset from the start of every vector; `row` is where they begin on
  // the diagonal, as such an offset; the rows themselves are at `first` and `second`.
  const [row, at, end, first, second] = [7, 8, 9, 10, 11];
  const [v0, w0, u0, sum0, v1, w1, u1, sum1] = [12, 13, 14, 15, 16, 17, 18, 19];
  const [vAt, wAt, uAt, yAt, element] = [20, 21, 22, 23, 24];
  const updated = (address: number, vRow: number, wRow: number) =>
    sub(load(get(address)), add(mul(get(vRow), get(wAt)), mul(get(wRow), get(vAt))));
  const alongRow = (
    address: number,
    vRow: number,
    wRow: number,
    uRow: number,
    sum: number,
    mirrored: boolean,
  ) => [
    set(element, updated(address, vRow, wRow)),
    store(get(address), get(element)),
    set(sum, add(get(sum), mul(get(element), get(uAt)))),
    // The mirror image of the element, above the diagonal.
    ...(mirrored ? [set(yAt, add(get(yAt), mul(get(element), get(uRow))))] : []),
    set(address, addI32(get(address), i32(16))),
  ];
  const bothRows = (mirrored: boolean) => [
    set(vAt, load(addI32(get(v), get(at)))),
    set(wAt, load(addI32(get(w), get(at)))),
    set(uAt, load(addI32(get(u), get(at)))),
    ...(mirrored ? [set(yAt, load(addI32(get(y), get(at))))] : []),
    ...alongRow(first, v0, w0, u0, sum0, mirrored),
    ...alongRow(second, v1, w1, u1, sum1, mirrored),
    ...(mirrored ? [store(addI32(get(y), get(at)), get(yAt))] : []),
    set(at, addI32(get(at), i32(16))),
  ];
  const splat = (vector: number, offset: number) => loadSplat(addI32(get(vector), get(row)), offset);
  const total = (sum: number) => addF64(lane(get(sum), 0), lane(get(sum), 1));
  return {
    name: "updateAndMultiply",
    parameters: 7,
    integers: 5,
    vectors: 13,
    body: [
      set(end, shiftLeft(get(size), i32(3))),
      whileBelow(
        get(row),
        get(end),
        set(first, get(matrix)),
        set(second, addI32(get(matrix), get(stride))),
        set(matrix, addI32(get(second), get(stride))),
        set(v0, splat(v, 0)),
        set(w0, splat(w, 0)),
        set(u0, splat(u, 0)),
        set(v1, splat(v, 8)),
        set(w1, splat(w, 8)),
        set(u1, splat(u, 8)),
        set(sum0, zero()),
        set(sum1, zero()),
        set(at, i32(0)),
        whileBelow(get(at), get(row), ...bothRows(true)),
        ...bothRows(false),
        storeF64(addI32(get(y), get(row)), total(sum0), 0),
        storeF64(addI32(get(y), get(row)), total(sum1), 8),
        set(row, addI32(get(row), i32(16))),
      ),
    ],
  };
}
