/** A pair whose truth is known from how it was made. */
export interface RewrittenPair {
  gold: string;
  answer: string;
  equal: boolean;
  /** Name of the rewriting. */
  rule: string;
}

const rules: Record<string, (gold: string) => string | undefined> = {
  "display fraction": gold => changed(gold, gold.replace(/\\frac/g, "\\dfrac")),
  "slash fraction": gold => match(gold, /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/, "$1$2/$3"),
  "decimal of a fraction": gold => {
    const [, sign, n, d] = /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/.exec(gold) ?? [];
    if (n === undefined || ![1, 2, 4, 5, 8, 10, 16, 20, 25].includes(Number(d))) return undefined;
    return `${sign}${Number(n) / Number(d)}`;
  },
  "fraction not in lowest terms": gold => {
    const [, sign, n, d] = /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/.exec(gold) ?? [];
    return n === undefined ? undefined : `${sign}\\frac{${3 * Number(n)}}{${3 * Number(d)}}`;
  },
  "mixed number": gold => {
    const [, sign, n, d] = /^(-?)\\frac\{(\d+)\}\{(\d+)\}$/.exec(gold) ?? [];
    const whole = Math.floor(Number(n) / Number(d));
    return n === undefined || whole < 1 || Number(n) % Number(d) === 0
      ? undefined
      : `${sign}${whole}\\frac{${Number(n) % Number(d)}}{${d}}`;
  },
  "trailing zero": gold => match(gold, /^(-?\d+)$/, "$1.0"),
  "thousands separator": gold => match(gold, /^(-?\d{1,3})(\d{3})$/, "$1{,}$2"),
  "equation with a symbol": gold =>
    match(gold, /^(-?\d+|-?\\frac\{\d+\}\{\d+\}|\d*\\sqrt\{\d+\})$/, "x = $1"),
  "spaces and sizes": gold => match(gold, /^\(([^()\\]*)\)$/, "\\left( \\, $1 \\right)"),
  "full stop": gold => `${gold}.`,
  "dollar signs": gold => `$${gold}$`,
  "power for a root": gold => changed(gold, gold.replace(/\\sqrt\{(\d+)\}/g, "({$1})^{1/2}")),
  "root after its factor": gold => match(gold, /^(\d+)\s*\\sqrt\{(\d+)\}$/, "\\sqrt{$2} \\cdot $1"),
  "factor under the root": gold => {
    const [, n, m] = /^(\d+)\s*\\sqrt\{(\d+)\}$/.exec(gold) ?? [];
    return n === undefined ? undefined : `\\sqrt{${Number(n) ** 2 * Number(m)}}`;
  },
  "list in another order": gold => {
    const parts = gold.split(/,\s*/);
    return /[([{=]/.test(gold.replace(/\\frac\{|\\sqrt\{|\}\{/g, "")) ||
      parts.length < 2 ||
      parts.some(part => /^\d{3}$|^\\!|\\text|\\$/.test(part) || part === "")
      ? undefined
      : parts.reverse().join(", ");
  },
  "sum in another order": gold => match(gold, /^(\d*x\^?\d?) \+ (\d+)$/, "$2 + $1"),
  "interval as an inequality": gold => match(gold, /^\(-\\infty, ?(-?\d+)\]$/, "x \\le $1"),
  "unit in words": gold => match(gold, /^(\d+)$/, "$1 \\text{ cm}"),
  "degrees left out": gold => match(gold, /^(\d+)\^\\circ$/, "$1"),
  "unit left out": gold => match(gold, /^(\d+)\s*\\text\{ ?[a-z]+\}$/, "$1"),
  "dollars left out": gold => match(gold, /^\\\$(\d+(?:\.\d+)?)$/, "$1"),
  "text command left out": gold => match(gold, /^\\text\{\(?([A-Z])\)?\}$/, "$1"),
  "base left out": gold => match(gold, /^(\d+)_\{?\d\}?$/, "$1"),
  "brackets of another matrix": gold => changed(gold, gold.replace(/pmatrix/g, "bmatrix")),
  "difference and sum turned": gold => match(gold, /^(\d+)\s*-\s*(\d*\\sqrt\{\d+\})$/, "-$2 + $1"),
};

/** Changes of value: the pair must be different. */
const breaks: Record<string, (gold: string) => string | undefined> = {
  "one more": gold => (/^-?\d{1,12}$/.test(gold) ? String(Number(gold) + 1) : undefined),
  "sign turned": gold =>
    /^(?:\d|\\frac)/.test(gold) && !/^0$|[,=:]|\\text|p\.m/.test(gold) ? `-${gold}` : undefined,
  "first digit changed": gold => {
    const at = gold.search(/[1-9]/);
    return at < 0 || /\\begin|_|\^|:/.test(gold)
      ? undefined
      : `${gold.slice(0, at)}${(Number(gold[at]) % 9) + 1}${gold.slice(at + 1)}`;
  },
  "tuple turned": gold => {
    const [, a, b] = /^\((-?\d+), ?(-?\d+)\)$/.exec(gold) ?? [];
    return a === undefined || a === b ? undefined : `(${b}, ${a})`;
  },
  "bracket changed": gold => match(gold, /^\[(-?\d+), ?(-?\d+)\]$/, "[$1, $2)"),
  "one answer missing": gold => match(gold, /^(-?\d+), (-?\d+)$/, "$1"),
  "one percent off": gold => (/^\d{3,9}$/.test(gold) ? String(Math.round(Number(gold) * 1.01)) : undefined),
};

function match(gold: string, pattern: RegExp, replacement: string): string | undefined {
  return pattern.test(gold) ? gold.replace(pattern, replacement) : undefined;
}

function changed(gold: string, rewritten: string): string | undefined {
  return rewritten === gold ? undefined : rewritten;
}

/** Every rewriting that applies to a reference answer. */
export function rewriteGold(gold: string): RewrittenPair[] {
  const pairs: RewrittenPair[] = [];
  for (const [set, equal] of [
    [rules, true],
    [breaks, false],
  ] as const) {
    for (const [rule, rewrite] of Object.entries(set)) {
      const answer = rewrite(gold);
      if (answer !== undefined) pairs.push({ gold, answer, equal, rule });
    }
  }
  return pairs;
}
