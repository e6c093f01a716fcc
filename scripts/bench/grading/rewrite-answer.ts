/** A pair whose truth is known from how it was made. */
export interface RewrittenPair {
  answer: string;
  given: string;
  equal: boolean;
  /** Name of the rewriting. */
  rule: string;
}

const rules: Record<string, (answer: string) => string | undefined> = {
  "display fraction": answer => changed(answer, answer.replace(/\\frac/g, "\\dfrac")),
  "slash fraction": answer => match(answer, /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/, "$1$2/$3"),
  "decimal of a fraction": answer => {
    const [, sign, n, d] = /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/.exec(answer) ?? [];
    if (n === undefined || ![1, 2, 4, 5, 8, 10, 16, 20, 25].includes(Number(d))) return undefined;
    return `${sign}${Number(n) / Number(d)}`;
  },
  "fraction not in lowest terms": answer => {
    const [, sign, n, d] = /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/.exec(answer) ?? [];
    return n === undefined ? undefined : `${sign}\\frac{${3 * Number(n)}}{${3 * Number(d)}}`;
  },
  "mixed number": answer => {
    const [, sign, n, d] = /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/.exec(answer) ?? [];
    const whole = Math.floor(Number(n) / Number(d));
    return n === undefined || whole < 1 || Number(n) % Number(d) === 0
      ? undefined
      : `${sign}${whole}\\frac{${Number(n) % Number(d)}}{${d}}`;
  },
  "trailing zero": answer => match(answer, /^(-?\d+)$/, "$1.0"),
  "thousands separator": answer => match(answer, /^(-?\d{1,3})(\d{3})$/, "$1{,}$2"),
  "equation with a symbol": answer =>
    match(answer, /^(-?\d+|-?\\frac\{\d+\}\{\d+\}|\d*\\sqrt\{\d+\})$/, "x = $1"),
  "spaces and sizes": answer => match(answer, /^\(([^()\\]*)\)$/, "\\left( \\, $1 \\right)"),
  "full stop": answer => `${answer}.`,
  "dollar signs": answer => `$${answer}$`,
  "power for a root": answer => changed(answer, answer.replace(/\\sqrt\{(\d+)\}/g, "({$1})^{1/2}")),
  "root after its factor": answer => match(answer, /^(\d+)\s*\\sqrt\{(\d+)\}$/, "\\sqrt{$2} \\cdot $1"),
  "factor under the root": answer => {
    const [, n, m] = /^(\d+)\s*\\sqrt\{(\d+)\}$/.exec(answer) ?? [];
    return n === undefined ? undefined : `\\sqrt{${Number(n) ** 2 * Number(m)}}`;
  },
  "list in another order": answer => {
    const parts = answer.split(/,\s*/);
    return /[([{=]/.test(answer.replace(/\\frac\{|\\sqrt\{|\}\{/g, "")) ||
      parts.length < 2 ||
      parts.some(part => /^\d{3}$|^\\!|\\text|\\$/.test(part) || part === "")
      ? undefined
      : parts.reverse().join(", ");
  },
  "sum in another order": answer => match(answer, /^(\d*x\^?\d?) \+ (\d+)$/, "$2 + $1"),
  "interval as an inequality": answer => match(answer, /^\(-\\infty, ?(-?\d+)\]$/, "x \\le $1"),
  "unit in words": answer => match(answer, /^(\d+)$/, "$1 \\text{ cm}"),
  "degrees left out": answer => match(answer, /^(\d+)\^\\circ$/, "$1"),
  "unit left out": answer => match(answer, /^(\d+)\s*\\text\{ ?[a-z]+\}$/, "$1"),
  "dollars left out": answer => match(answer, /^\\\$(\d+(?:\.\d+)?)$/, "$1"),
  "text command left out": answer => match(answer, /^\\text\{\(?([A-Z])\)?\}$/, "$1"),
  "base left out": answer => match(answer, /^(\d+)_\{?\d\}?$/, "$1"),
  "brackets of another matrix": answer => changed(answer, answer.replace(/pmatrix/g, "bmatrix")),
  "difference and sum turned": answer => match(answer, /^(\d+)\s*-\s*(\d*\\sqrt\{\d+\})$/, "-$2 + $1"),
};

/** Changes of value: the pair must be different. */
const breaks: Record<string, (answer: string) => string | undefined> = {
  "one more": answer => (/^-?\d{1,12}$/.test(answer) ? String(Number(answer) + 1) : undefined),
  "sign turned": answer =>
    /^(?:\d|\\frac)/.test(answer) && !/^0$|[,=:]|\\text|p\.m/.test(answer) ? `-${answer}` : undefined,
  "first digit changed": answer => {
    const at = answer.search(/[1-9]/);
    return at < 0 || /\\begin|_|\^|:/.test(answer)
      ? undefined
      : `${answer.slice(0, at)}${(Number(answer[at]) % 9) + 1}${answer.slice(at + 1)}`;
  },
  "tuple turned": answer => {
    const [, a, b] = /^\((-?\d+), ?(-?\d+)\)$/.exec(answer) ?? [];
    return a === undefined || a === b ? undefined : `(${b}, ${a})`;
  },
  "bracket changed": answer => match(answer, /^\[(-?\d+), ?(-?\d+)\]$/, "[$1, $2)"),
  "one answer missing": answer => match(answer, /^(-?\d+), (-?\d+)$/, "$1"),
  "one percent off": answer =>
    /^\d{3,9}$/.test(answer) ? String(Math.round(Number(answer) * 1.01)) : undefined,
};

function match(answer: string, pattern: RegExp, replacement: string): string | undefined {
  return pattern.test(answer) ? answer.replace(pattern, replacement) : undefined;
}

function changed(answer: string, rewritten: string): string | undefined {
  return rewritten === answer ? undefined : rewritten;
}

/** Every rewriting that applies to a reference answer. */
export function rewriteAnswer(answer: string): RewrittenPair[] {
  const pairs: RewrittenPair[] = [];
  for (const [set, equal] of [
    [rules, true],
    [breaks, false],
  ] as const) {
    for (const [rule, rewrite] of Object.entries(set)) {
      const given = rewrite(answer);
      if (given !== undefined) pairs.push({ answer, given, equal, rule });
    }
  }
  return pairs;
}
