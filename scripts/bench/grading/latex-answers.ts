import fc from "fast-check";
import { latexPieces } from "./latex-pieces.js";

const { formula } = fc.letrec<{ formula: string }>(tie => ({
  formula: fc.oneof(
    { maxDepth: 4, depthIdentifier: "formula" },
    fc.oneof(
      fc.integer({ min: -20, max: 2000 }).map(String),
      fc.constantFrom(
        "x",
        "y",
        "n",
        "\\pi",
        "e",
        "i",
        "0.5",
        "1,000",
        "\\infty",
        "9^{9^{9^9}}",
        "100!",
        "12_5",
        "2\\frac12",
      ),
    ),
    fc
      .tuple(
        fc.constantFrom(
          ..."A+B A-B AB A\\cdot{B} \\frac{A}{B} A/B (A)^{B} \\sqrt{A} \\sqrt[3]{A} (A) |A| \\sin{A} \\ln(A) \\log_2(A)".split(
            " ",
          ),
          ..."\\binom{A}{B} \\lfloor{A}\\rfloor A! (A,B) [A,B) \\{A,B\\} A,B A=B x\\le{A} A<x<B x\\in[A,B] (A,B)\\cup[A,\\infty)".split(
            " ",
          ),
          ..."\\begin{pmatrix}A&B\\\\B&A\\end{pmatrix} A\\pm{B} A\\% A^\\circ \\$A A:B \\text{A} A\\text{\\ cm} {A}_{B} -A".split(
            " ",
          ),
        ),
        tie("formula"),
        tie("formula"),
      )
      .map(([form, a, b]) => form.replace(/[AB]/g, name => (name === "A" ? a : b))),
  ),
}));

const pieces = fc.array(fc.constantFrom(...latexPieces), { maxLength: 8 }).map(list => list.join(""));

/** Answers to fuzz with: sound LaTeX, the same with a piece put in or a stretch cut out, and pieces in any order. */
export const latexAnswers: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: formula, weight: 5 },
  {
    arbitrary: fc
      .tuple(formula, fc.nat(), fc.nat(5), fc.constantFrom("", ...latexPieces))
      .map(([text, place, cut, piece]) => {
        const at = place % (text.length + 1);
        return text.slice(0, at) + piece + text.slice(at + cut);
      }),
    weight: 3,
  },
  { arbitrary: pieces, weight: 2 },
);
