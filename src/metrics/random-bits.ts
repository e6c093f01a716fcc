import type { Random } from "../util/random.js";

/**
 * A function that fills an array with uniform 32-bit numbers, for loops that need tens of millions of them: sfc32, the
 * generator behind `createRandom`, with its state in local variables, which is several times faster than a call per
 * number. Seeded from `random`, of which it takes three numbers.
 */
export function randomBits(random: Random): (buffer: Uint32Array) => void {
  const state = Int32Array.from([random.next(), random.next(), random.next(), 0], x => x * 2 ** 32);
  state[3] = 1;
  const fill = (buffer: Uint32Array) => {
    let a = state[0]!;
    let b = state[1]!;
    let c = state[2]!;
    let counter = state[3]!;
    for (let i = 0; i < buffer.length; i++) {
      const sum = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = (((c << 21) | (c >>> 11)) + sum) | 0;
      buffer[i] = sum;
    }
    state[0] = a;
    state[1] = b;
    state[2] = c;
    state[3] = counter;
  };
  fill(new Uint32Array(12));
  return fill;
}
