import { tileLength, tileRows } from "./tiling.js";
import { type WasmFunction, wasmCode } from "./wasm-code.js";

const { get, set, i32, addI32, minimum, addF64, loadF64, storeF64 } = wasmCode;
const { load, lane, add, mul, whileBelow, call } = wasmCode;
const tileBytes = tileRows * tileLength * 8;
const indices = (count: number) => Array.from({ length: count }, (_, i) => i);

/** `out` += the products of the rows of one tile at `a` and one at `b`: the inner loop of `dotBlock`. */
export function dotTile(): WasmFunction {
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
        // Four vectors per iteration: the end of a loop costs as much as a few of its sums.
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

/** The kernel `dotBlock` of `MatrixKernels`. */
export function dotBlock(dotTile: number): WasmFunction {
  const [a, aEnd, b, bEnd, out, stride] = [0, 1, 2, 3, 4, 5];
  const [bAt, end, outAt] = [6, 7, 8];
  return {
    name: "dotBlock",
    parameters: 6,
    integers: 3,
    vectors: 0,
    body: [
      whileBelow(
        get(a),
        get(aEnd),
        // As far as the tile on the diagonal, where both addresses are the same.
        set(end, minimum(get(bEnd), addI32(get(a), i32(1)))),
        set(bAt, get(b)),
        set(outAt, get(out)),
        whileBelow(
          get(bAt),
          get(end),
          call(dotTile, get(a), get(bAt), get(outAt), get(stride)),
          set(bAt, addI32(get(bAt), i32(tileBytes))),
          set(outAt, addI32(get(outAt), i32(tileRows * 8))),
        ),
        set(a, addI32(get(a), i32(tileBytes))),
        ...indices(tileRows).map(() => set(out, addI32(get(out), get(stride)))),
      ),
    ],
  };
}
