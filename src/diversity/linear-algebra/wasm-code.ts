/**
 * A few WebAssembly instructions as functions that return bytes, enough to write numeric loops over f64x2 vectors. An
 * expression is the bytes of its operands followed by its own, so nesting the calls nests the expression. Numbers are
 * those of the WebAssembly specification, chapter 5 ("Binary Format"), with its vector instructions.
 *
 * Why at all: JavaScript has no vector arithmetic, and the loops that take all the time of a Vendi Score run about four
 * times as fast with it. Node has had these instructions since version 16, and they give the same bits on every machine.
 */
export const wasmCode = {
  get: (local: number) => [0x20, ...unsigned(local)],
  set: (local: number, value: number[]) => [...value, 0x21, ...unsigned(local)],
  i32: (value: number) => [0x41, ...signed(value)],
  addI32: (a: number[], b: number[]) => [...a, ...b, 0x6a],
  /** Of two unsigned numbers. */
  minimum: (a: number[], b: number[]) => [...a, ...b, ...a, ...b, 0x49, 0x1b],
  addF64: (a: number[], b: number[]) => [...a, ...b, 0xa0],
  loadF64: (address: number[], offset = 0) => [...address, 0x2b, 3, ...unsigned(offset)],
  storeF64: (address: number[], value: number[], offset = 0) => [
    ...address,
    ...value,
    0x39,
    3,
    ...unsigned(offset),
  ],
  load: (address: number[], offset = 0) => [...address, 0xfd, 0x00, 3, ...unsigned(offset)],
  store: (address: number[], value: number[], offset = 0) => [
    ...address,
    ...value,
    0xfd,
    0x0b,
    3,
    ...unsigned(offset),
  ],
  /** Both lanes from one number in memory. */
  loadSplat: (address: number[], offset = 0) => [...address, 0xfd, 0x0a, 3, ...unsigned(offset)],
  zero: () => [0xfd, 0x0c, ...new Array<number>(16).fill(0)],
  lane: (vector: number[], which: 0 | 1) => [...vector, 0xfd, 0x21, which],
  add: (a: number[], b: number[]) => [...a, ...b, 0xfd, ...unsigned(0xf0)],
  sub: (a: number[], b: number[]) => [...a, ...b, 0xfd, ...unsigned(0xf1)],
  mul: (a: number[], b: number[]) => [...a, ...b, 0xfd, ...unsigned(0xf2)],
  /** Calls the function of that place in the module. */
  call: (place: number, ...parameters: number[][]) => [...parameters.flat(), 0x10, ...unsigned(place)],
  /** Runs `body` for as long as `a` < `b`, both unsigned addresses. */
  whileBelow: (a: number[], b: number[], ...body: number[][]) => [
    ...[0x02, 0x40, 0x03, 0x40],
    ...[...a, ...b, 0x4f, 0x0d, 1],
    ...body.flat(),
    ...[0x0c, 0, 0x0b, 0x0b],
  ],
};

/** A function of i32 parameters without a result; its locals follow its parameters: first the i32, then the vectors. */
export interface WasmFunction {
  name: string;
  parameters: number;
  integers: number;
  vectors: number;
  body: number[][];
}

/**
 * The bytes of a module of such functions, which imports its memory as "env" "memory": one that threads can share, of
 * any size up to 4 GiB.
 */
export function wasmModule(functions: readonly WasmFunction[]): Uint8Array<ArrayBuffer> {
  const i32 = 0x7f;
  const v128 = 0x7b;
  const types = functions.map(f => [0x60, ...vector(new Array(f.parameters).fill([i32])), 0]);
  const memory = [...text("env"), ...text("memory"), 0x02, 0x03, 0, ...unsigned(2 ** 16)];
  const exported = functions.map((f, i) => [...text(f.name), 0x00, ...unsigned(i)]);
  const bodies = functions.map(f => {
    const locals = vector([
      [...unsigned(f.integers), i32],
      [...unsigned(f.vectors), v128],
    ]);
    const code = [...locals, ...f.body.flat(), 0x0b];
    return [...unsigned(code.length), ...code];
  });
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, vector(types)),
    ...section(2, vector([memory])),
    ...section(3, vector(functions.map((_, i) => unsigned(i)))),
    ...section(7, vector(exported)),
    ...section(10, vector(bodies)),
  ]);
}

function section(id: number, content: number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function vector(items: number[][]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  return vector([...Buffer.from(value)].map(byte => [byte]));
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: number): number[] {
  return value >= -0x40 && value < 0x40 ? [value & 0x7f] : [(value & 0x7f) | 0x80, ...signed(value >> 7)];
}
