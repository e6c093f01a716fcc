import { parse } from "@cortex-js/compute-engine/latex-syntax";
import type { MathJsonExpression } from "@cortex-js/compute-engine/math-json";
import { UnparsedError } from "./to-expression.js";
import { spend } from "./work-budget.js";

/** Longer formulas are not parsed: the parser's time grows with the square of the length. */
export const maxFormula = 1500;
/** The parser's time is exponential in the nesting of these. */
const maxBars = 8;
const maxRareBrackets = 10;

/** Commands that strike a formula out. The parser would drop them. */
const struckOut = /\\(?:[bx]?cancel|sout|st|not)(?![a-zA-Z])/;

/**
 * Parses a formula, LaTeX or plain text, to raw MathJSON.
 *
 * @throws UnparsedError if the parser does not understand it, or would take too long.
 */
export function parseLatex(latex: string): MathJsonExpression {
  if (latex.length > maxFormula) throw new UnparsedError(`a formula longer than ${maxFormula} characters`);
  if ((latex.match(/\||\\[lr]?vert(?![a-zA-Z])/gi)?.length ?? 0) > maxBars)
    throw new UnparsedError(`more than ${maxBars} bars`);
  if ((latex.match(/\[|\\\{|\\l(?:angle|floor|ceil|brace|brack)/g)?.length ?? 0) > maxRareBrackets) {
    throw new UnparsedError(`more than ${maxRareBrackets} brackets of rare kinds`);
  }
  if (/(?:[-+]\s*|\\(?![a-zA-Z])\s*){20}/.test(latex)) throw new UnparsedError("a row of signs");
  if (struckOut.test(latex)) throw new UnparsedError("a part that is struck out");
  if (latex.includes("?")) throw new UnparsedError("a question mark");
  // Unescaped, it would begin a comment, and the parser would not see what follows.
  const plain = toLatex(latex.replace(/(?<!\\)%/g, "\\%"));
  if (/(?<!(?:frac|dbinom|binom|sqrt|\^|_) ?)(?<![\d.])\d[\d.]* +\.?\d/.test(plain))
    throw new UnparsedError("two numbers with a space between");
  spend(30 + plain.length + plain.length ** 2 / 50);
  try {
    const parsed = parse(plain);
    if (parsed !== null) return parsed;
  } catch (cause) {
    // The parser is not ours: any error it throws means that it does not understand.
    throw new UnparsedError(
      `the parser failed: ${cause instanceof Error ? cause.message.slice(0, 80) : "unknown"}`,
    );
  }
  throw new UnparsedError("nothing to parse");
}

/** Replaces plain-text notation with LaTeX. */
function toLatex(text: string): string {
  return (
    text
      .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
      .replace(
        /(?<![\d.])(\d{1,3})((?: \d{3})+)(?![\d.])/g,
        (_, first, others) => first + others.replace(/ /g, ""),
      )
      .replace(/^(-?)(\d+)\s+(\d+)\s*\/\s*(\d+)$/, "$1($2+$3/$4)")
      // The power after an exponent is a factor: \sin^2 18^{\circ} is not.
      .replace(/(?<![\^\d]\d{0,3})(\d) +(?=\d+ *\^)/g, "$1\\cdot ")
      .replace(/(?<![\\a-zA-Z])sqrt\s*\(([^()]*)\)/g, "\\sqrt{$1}")
      .replace(/(?<![\\a-zA-Z])(pi|sqrt|sin|cos|tan|log|ln|infty|infinity)(?![a-zA-Z])/g, (_, name) =>
        name === "infinity" ? "\\infty " : `\\${name} `,
      )
  );
}
