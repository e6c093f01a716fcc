/**
 * Returns the canonical form of equivalent notations: math delimiters, sizes, colours and thin spaces are removed, fraction
 * and text commands get one name, typographic and full-width characters become commands and ASCII, relations and powers of
 * plain text become LaTeX. Content is kept: units, money, percent and text. Linear in the length,
 * never throws.
 */
export function normaliseAnswer(text: string): string {
  let s = text.replace(/[\uff01-\uff5e]/g, c => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
  // Escaped twice, as in JSON inside JSON. Between the rows of a matrix they are not escapes.
  if (s.includes("\\\\") && (!s.includes("\\begin") || s.includes("\\\\begin"))) {
    s = s.replace(/\\\\(?=[a-zA-Z{}%$])/g, "\\");
  }
  for (const [pattern, replacement] of rules) s = s.replace(pattern, replacement);
  s = unbox(s.trim()).replace(/^[\s,;:]+/, "");
  // Searched from the end: a pattern anchored there would be tried at every comma of the text.
  let end = s.length;
  while (end > 0 && " ,;:.".includes(s[end - 1]!)) end--;
  return s.slice(0, end);
}

/** In order. Each works on any text, and none backtracks over more than a few characters. */
const rules: [RegExp, string][] = [
  // biome-ignore lint/suspicious/noControlCharactersInRegex: answers with control characters are what this is about
  [/[\u0000-\u001f\u007f\u00a0\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff]/g, " "],
  [/[−–—]/g, "-"],
  [/、/g, ", "],
  [/。/g, "."],
  [/[【〔]/g, "["],
  [/[】〕]/g, "]"],
  [/×/g, "\\times "],
  [/÷/g, "/"],
  [/·|⋅/g, "\\cdot "],
  [/π/g, "\\pi "],
  [/∞/g, "\\infty "],
  [/≤/g, "\\le "],
  [/≥/g, "\\ge "],
  [/≠/g, "\\ne "],
  [/≈/g, "\\approx "],
  [/∪/g, "\\cup "],
  [/∩/g, "\\cap "],
  [/∈/g, "\\in "],
  [/±/g, "\\pm "],
  [/∅/g, "\\emptyset "],
  [/ℝ/g, "\\mathbb{R}"],
  [/√\s*\(([^()]*)\)/g, "\\sqrt{$1}"],
  [/√\s*(\d+|[a-z])/g, "\\sqrt{$1}"],
  [/²/g, "^2 "],
  [/³/g, "^3 "],
  [/½/g, "\\frac{1}{2}"],
  [/¼/g, "\\frac{1}{4}"],
  [/¾/g, "\\frac{3}{4}"],
  // Relations of plain text. 5!=120 is about a factorial.
  [/\s!=\s*|([xyz])!=/g, "$1\\ne "],
  [/<=/g, "\\le "],
  [/>=/g, "\\ge "],
  [/==+/g, "="],
  [/-+>/g, "\\to "],
  [/\^\s*(?:\\circ|\\degree|\{\s*\\circ\s*\}|\{\s*\\degree\s*\})|°|\\degree(?![a-zA-Z])/g, "^{\\circ}"],
  // Math delimiters; \$ is money.
  [/\\\\\s*\[[^\]]{0,12}\]/g, "\\\\"],
  [/(?<!\\)\\[()[\]]/g, " "],
  [/(^|[^\\])\$+/g, "$1"],
  [/(^|[^\\])\$+/g, "$1"],
  [/\\displaystyle(?![a-zA-Z])|\\textstyle(?![a-zA-Z])|\\scriptstyle(?![a-zA-Z])|\\limits(?![a-zA-Z])/g, " "],
  // Decorations and colours.
  [/\\tag\*?\s*\{[^{}]{0,20}\}/g, " "],
  [
    /\\(?:checkmark|blacksquare|square|Box|qed|textcolor\s*\{[^{}]{0,20}\}|color\s*\{[^{}]{0,20}\})(?![a-zA-Z])/g,
    " ",
  ],
  [
    /\\(?:underline|underbar|uline|mathstrut|ensuremath|mathrm\s*(?=\{\s*\\text)|text\s*(?=\{\s*\\text))(?![a-zA-Z])/g,
    " ",
  ],
  [/\\(?:left|right)\s*\./g, " "],
  [
    /\\(?:left|right|middle|big|Big|bigg|Bigg|bigl|bigr|Bigl|Bigr|biggl|biggr|Biggl|Biggr)(?![a-zA-Z])\s*/g,
    "",
  ],
  // Thousands first, then spaces of every width.
  [/(\d)\s*,\s*(?:\\[!,;: ]\s*){1,4}(?=\d{3}(?!\d))/g, "$1,"],
  [/(\d)\s*\{\s*,\s*\}\s*(?=\d{3}(?!\d))/g, "$1,"],
  [/(\d)'(?=\d{3}(?!\d))/g, "$1,"],
  [/\{([:,;])\}/g, "$1"],
  [/(\d)\s*\\!\s*(?=\d)/g, "$1"],
  [/(?<!\\)\\!|\\(?:negthinspace|allowbreak|nolimits)(?![a-zA-Z])/g, ""],
  [/(?<!\\)\\[,;:> ]|~|\\(?:quad|qquad|thinspace|space|enspace|medspace|thickspace)(?![a-zA-Z])/g, " "],
  [/\\h?phantom\s*(?:\{[^{}]{0,20}\})?/g, " "],
  [/\\(?:[dtcs]frac|nicefrac|xfrac)(?![a-zA-Z])/g, "\\frac"],
  [/\\(?:mbox|textrm|textbf|textit|textnormal|texttt|textsf|emph|hbox)\s*(?=\{)/g, "\\text"],
  [/\\text\s+\{/g, "\\text{"],
  // A letter beside a number is a unit, elsewhere a symbol.
  [/([\d})/] *)\\mathrm\s*\{\s*([A-DF-HJ-Za-ce-hj-z])\s*\}/g, "$1\\text{$2}"],
  [/\\(?:mathrm|mathbf|mathit|mathsf|mathtt|boldsymbol|bm|operatorname\*?)\s*\{\s*([A-Za-z])\s*\}/g, "{$1}"],
  [/\\(?:mathrm|mathbf|mathit|mathsf|mathtt)\s*\{/g, "\\text{"],
  [/\\(?:rm|bf|it|cal)(?![a-zA-Z])\s*/g, " "],
  [/\\(?:leq?slant|leqq?|le)(?![a-zA-Z])/g, "\\le"],
  [/\\(?:geq?slant|geqq?|ge)(?![a-zA-Z])/g, "\\ge"],
  [/\\(?:neq|ne)(?![a-zA-Z])/g, "\\ne"],
  [/\\lt(?![a-zA-Z])/g, "<"],
  [/\\gt(?![a-zA-Z])/g, ">"],
  [/\\lbrace(?![a-zA-Z])/g, "\\{"],
  [/\\rbrace(?![a-zA-Z])/g, "\\}"],
  [/\\lbrack(?![a-zA-Z])/g, "["],
  [/\\rbrack(?![a-zA-Z])/g, "]"],
  [/\\(?:varnothing|O)(?![a-zA-Z])/g, "\\emptyset"],
  [/\\(?:R|reals)(?![a-zA-Z])/g, "\\mathbb{R}"],
  [/\\mathbb\s*([A-Z])/g, "\\mathbb{$1}"],
  [/\\(?:setminus|smallsetminus|backslash)(?![a-zA-Z])/g, "\\setminus "],
  [/\\(?:therefore|because)(?![a-zA-Z])/g, " "],
  [/\*\*/g, "^"],
  [/\*/g, "\\cdot "],
  // Powers of plain text, and subscripts before superscripts.
  [/\^\s*\(([^()]{1,60})\)/g, "^{($1)}"],
  [/\^\s*(-\d+|\d{2,})/g, "^{$1}"],
  [/_\s*\{\s*\\(?:text|mathrm)?\s*\{?\s*([A-Za-z]{1,12})\s*\}{1,2}/g, "_{$1}"],
  [/([A-Za-z}])\s*\^\s*(\{[^{}]{1,40}\}|[^\s\\{}])\s*_\s*(\{[^{}]{1,40}\}|[^\s\\{}])/g, "$1_$3^$2"],
  [/\s+/g, " "],
  [/ (?=!)/g, ""],
];

function unbox(s: string): string {
  const match = /^\\(?:boxed|fbox)\s*\{(.*)\}$/.exec(s);
  return match ? match[1]!.trim() : s;
}
