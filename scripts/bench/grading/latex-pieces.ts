/** Pieces of LaTeX, sound and broken, of which the fuzz test strings answers together. */
export const latexPieces: readonly string[] = [
  ..."0 1 2 3 7 10 12 100 1000 0.5 .25 1,000 x y z a b n e i A B".split(" "),
  ..."+ - * / ^ _ = < > ! , ; : . ( ) [ ] { } | & ~ $ % ' \"".split(" "),
  ..."\\frac \\frac{ \\frac12 \\frac{1}{2} \\dfrac{x}{y} \\sqrt \\sqrt{ \\sqrt2 \\sqrt[3]{ }{ ^{ _{ ^2 _2 ^\\circ".split(
    " ",
  ),
  ..."\\left( \\right) \\left[ \\right] \\left\\{ \\right\\} \\{ \\} \\langle \\rangle \\lfloor \\rfloor \\lvert".split(
    " ",
  ),
  ..."\\pi \\infty \\cup \\cap \\in \\le \\ge \\ne \\pm \\mp \\cdot \\times \\div \\to \\setminus \\emptyset".split(
    " ",
  ),
  ..."\\sin \\cos \\tan^{-1} \\log_2 \\ln \\binom{5}{2} \\binom \\sum_{i=1}^n \\int \\lim \\overline{3} \\dot".split(
    " ",
  ),
  ..."\\text{ \\text{cm} \\text{and} \\text{(A)} \\mbox{ \\mathrm{ \\mathbb{R} \\boxed{ \\boxed \\\\ \\ \\, \\! \\% \\$".split(
    " ",
  ),
  ..."\\begin{pmatrix} \\end{pmatrix} \\begin{cases} \\end{cases} \\begin \\end \\hline \\unknowncommand".split(
    " ",
  ),
  ..."9^{9^{9^9}} 10^{100} 99! 2^{5000} 1e99 1e-99 0.\\overline{3} 1011_2 3:4 2\\frac12 f(x)= x\\in".split(
    " ",
  ),
  " ",
  "\n",
  "\u0000",
  "\ufffd",
  "π",
  "∞",
  "½",
  "√",
  "²",
  "−",
  "°",
  "≤",
  "even",
  " and ",
  " or ",
  " cm",
];
