import fc from "fast-check";

/** A pair made to take as much work as possible. */
export interface HostilePair {
  answer: string;
  given: string;
}

const times = (count: number, make: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => make(i));

/** From a shift, by which reference and answer differ, and a size: reference and answer of one kind. */
const makers: ((size: number, shift: number) => string)[] = [
  (n, k) => `\\{${times(n, i => `2^{${4000 + i + k}}+3^{${2000 + i}}`).join(",")}\\}`,
  (n, k) => `\\{${times(n, i => `2000!+${i + k}`).join(",")}\\}`,
  (n, k) =>
    `\\{${times(n / 4, i => `\\{${times(n / 4, j => `7^{${900 + i + j + k}}`).join(",")}\\}`).join(",")}\\}`,
  (n, k) => `\\{${times(n, i => `\\{${i},\\{x^{${i}},\\sin(${i}x+${k})\\}\\}`).join(",")}\\}`,
  (n, k) => times(n, i => `x^2+${i}y=${i + k}`).join(", "),
  (n, k) => times(n, i => `\\sin(x+${i})=\\sqrt{${i + k}}y`).join(", "),
  (n, k) => times(n * 3, i => `\\sqrt{2}+\\sqrt{${i + k}}-\\sqrt{${i + k}}`).join("="),
  (n, k) => times(n * 3, i => `${i + k}`).join(" \\approx "),
  n =>
    `\\begin{pmatrix}${times(n / 6, i => times(n / 6, j => `\\sin(x+${i * j})`).join("&")).join("\\\\")}\\end{pmatrix}`,
  (_, k) =>
    `\\begin{vmatrix}${times(5, i => times(5, j => `x^{${i + j}}+y^{${k}}`).join("&")).join("\\\\")}\\end{vmatrix}`,
  (n, k) => `\\begin{pmatrix}a&b&${k}\\\\b&c&a\\\\c&a&b\\end{pmatrix}^{${Math.min(20, n)}}`,
  (n, k) => `\\sum_{i=1}^{${9 * n}}\\sum_{j=1}^{${9 * n}} \\frac{1}{i+j+${k}}`,
  (n, k) => `\\prod_{i=1}^{${9 * n}} (x+i+${k})`,
  (n, k) => `${"\\sqrt{2+".repeat(n)}x+${k}${"}".repeat(n)}`,
  (n, k) => `${"\\frac{1}{1+".repeat(n)}x+${k}${"}".repeat(n)}`,
  (n, k) => times(n, i => `\\sin(${i}\\pi/7+${k})`).join("+"),
  (n, k) => times(n, i => `\\ln(${i + 2 + k})`).join("+"),
  (n, k) => times(6 * n, i => `\\sqrt{x+${i + k}}`).join(","),
  (n, k) => times(6 * n, i => `\\lfloor x+${i + k} \\rfloor`).join(","),
  (n, k) => times(6 * n, i => `(${i},${i + 1 + k})`).join("\\cup"),
  (n, k) => times(6 * n, i => `x \\ne ${i + k}`).join(","),
  (n, k) => `(a+b+c+d+e+f+g+${k})^{${n}}`,
  (n, k) => `(1+\\sqrt{2})^{${2000 * n + k}}`,
  (n, k) => `\\binom{${300 * n}}{${150 * n}}+${k}`,
  (n, k) => times(4 * n, i => `${i + k}`).join(":"),
];

/** Reference and answer of one kind: the answer reversed, shifted, or against another kind. */
export const hostilePairs: fc.Arbitrary<HostilePair> = fc
  .tuple(
    fc.constantFrom(...makers),
    fc.constantFrom(...makers),
    fc.integer({ min: 4, max: 58 }),
    fc.nat(2),
    fc.nat(3),
  )
  .map(([make, other, size, shift, turn]) => {
    const answer = make(size, 0);
    if (turn === 0) return { answer, given: other(size, shift) };
    const given = make(size, shift);
    const parts = given.split(/, |=(?=\\sqrt)/);
    return {
      answer,
      given: turn === 1 && parts.length > 2 ? parts.reverse().join(given.includes(", ") ? ", " : "=") : given,
    };
  });
