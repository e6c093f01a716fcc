/** A box to put into every answer, and the honest answer that it says; undefined if it says nothing. */
export interface ConstantBox {
  box: string;
  means?: string;
}

const numbers = [..."0123456789"].concat(
  "10 11 12 13 14 15 16 18 20 24 25 27 30 32 36 40 48 50 60 64 72 80 90 96 100".split(" "),
);
const honest = [
  ...numbers,
  ..."-1 -2 -3 -4 -5 -6 \\frac{1}{2} \\frac{1}{3} \\frac{2}{3} \\frac{1}{4} \\frac{3}{4} \\frac{3}{2} 0.5 1.5 \\pi 2\\pi e i x n A B C \\sqrt{2} \\sqrt{3} 2\\sqrt{2}".split(
    " ",
  ),
  ..."\\emptyset \\infty \\mathbb{R} (0,0) (1,1) (0,1) (1,2) [0,1] (-\\infty,\\infty) (0,\\infty) \\{0\\} \\{1\\} \\{0,1\\} 50\\% 90^\\circ 60^\\circ \\$5".split(
    " ",
  ),
  "0, 1",
  "1, 2",
  "-1, 1",
  "1, 2, 3",
  "\\begin{pmatrix} 0 \\\\ 0 \\end{pmatrix}",
  "x = 1",
  "y = x",
  "\\text{Yes}",
  "\\text{No}",
  "\\text{even}",
];

/** Pairs of which the tricks below try to be paid for both. */
const pairs: [string, string][] = [
  ["2", "3"],
  ["1", "2"],
  ["3", "5"],
  ["0", "1"],
  ["4", "6"],
  ["2", "-2"],
  ["1", "\\frac{1}{2}"],
  ["10", "12"],
  ["5", "8"],
  ["7", "9"],
];

const tricks = [
  "A \\approx B",
  "A = B",
  "x = A = B",
  "x = A \\approx B",
  "A \\text{ or } B",
  "A \\lor B",
  "A | B",
  "A \\to B",
  "A \\ne B",
];

/** 200 boxes that a policy could put into each of its answers: the commonest answers, and tricks to be paid for several. */
export const constantBoxes: readonly ConstantBox[] = [
  ...honest.map(box => ({ box, means: box })),
  ...pairs.flatMap(([a, b]) =>
    tricks.map(trick => ({ box: trick.replace("A", a).replace("B", b), ...orList(trick, a, b) })),
  ),
  ...[
    ["\\pi \\approx 3", "\\pi"],
    ["e \\approx 3", "e"],
    ["\\frac{1}{2} \\approx 1", "\\frac{1}{2}"],
    ["10_2", "2"],
    ["11_2", "3"],
    ["100_2", "4"],
    ["\\{1, 1\\}", "\\{1\\}"],
    ["0 = 0", "0"],
    ["0.000000", "0"],
    ["\\text{2 or 3}", "2, 3"],
  ].map(([box, means]) => ({ box: box!, means: means! })),
  ..."x=x|(1,1),(1,2),(1,3),(1,4),(1,5)|0,1,2,3,4,5,6,7,8,9|\\text{any}|\\text{all of the above}|x^2=1|x+y=0|0=1|\\lfloor x\\rfloor|1e-13|\\frac{0}{0}|\\infty-\\infty|\\text{not } 2|\\text{half of } 2|2 \\text{ million}|(-\\infty,\\infty)\\cup(0,1)|\\pm 2 = 2|\\text{undefined}|2?|\\ldots|\\boxed{}"
    .split("|")
    .map(box => ({ box })),
];

/** "2 or 3" is the list of both. */
function orList(trick: string, a: string, b: string): { means?: string } {
  return trick.includes("or") ? { means: `${a}, ${b}` } : {};
}
