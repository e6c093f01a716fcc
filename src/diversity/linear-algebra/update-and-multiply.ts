import { type WasmFunction, wasmCode } from "./wasm-code.js";

const { get, set, i32, addI32, addF64, storeF64 } = wasmCode;
const { load, store, loadSplat, zero, lane, add, sub, mul, whileBelow } = wasmCode;

/** The kernel `updateAndMultiply` of `MatrixKernels`. */
export function updateAndMultiply(): WasmFunction {
  const [matrix, stride, row, end, v, w, u, y] = [0, 1, 2, 3, 4, 5, 6, 7];
  // Two rows at a time. `at` runs along them as an offset from the start of every vector; `row` is where they begin on
  // the diagonal, as such an offset; the rows themselves are at `first` and `second`.
  const [at, first, second] = [8, 9, 10];
  const [v0, w0, u0, sum0, v1, w1, u1, sum1] = [11, 12, 13, 14, 15, 16, 17, 18];
  const [vAt, wAt, uAt, yAt, element] = [19, 20, 21, 22, 23];
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
    parameters: 8,
    integers: 3,
    vectors: 13,
    body: [
      set(at, i32(0)),
      whileBelow(
        get(at),
        get(row),
        store(addI32(get(y), get(at)), zero()),
        set(at, addI32(get(at), i32(16))),
      ),
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
