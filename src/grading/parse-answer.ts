import { parse as parseLatex } from "@cortex-js/compute-engine/latex-syntax";
import { normaliseAnswer } from "./normalise-answer.js";
import { rational } from "./number-fields/rational.js";
import type { Operator, ParsedAnswer } from "./parsed-answer.js";
import { splitTopLevel } from "./split-top-level.js";
import { toExpression, UnparsedError } from "./to-expression.js";
import { parseUnit, type Unit } from "./units.js";

/** Longer answers, and longer formulas in them, are not parsed: the parser's time grows with the square of the length. */
const maxLength = 6000;
const maxFormula = 1500;
const maxNesting = 60;
const maxItems = 400;
/** The parser's time is exponential in the nesting of these. */
const maxBars = 8;
const maxRareBrackets = 10;

/**
 * Parses an answer (LaTeX or plain text, without \boxed{}; normalisation is done here).
 *
 * @throws UnparsedError saying why it cannot be understood, and nothing else.
 */
export function parseAnswer(text: string): ParsedAnswer {
  if (text.length > 4 * maxLength) throw new UnparsedError(`longer than ${4 * maxLength} characters`);
  const normal = normaliseAnswer(text);
  if (normal === "") throw new UnparsedError("empty");
  if (normal.length > maxLength) throw new UnparsedError(`longer than ${maxLength} characters`);
  checkNesting(normal);
  return parseList(normal);
}

function checkNesting(s: string): void {
  let depth = 0;
  for (const c of s) {
    if (c === "{" || c === "(" || c === "[") depth++;
    else if (c === "}" || c === ")" || c === "]") depth--;
    if (depth > maxNesting) throw new UnparsedError(`nested deeper than ${maxNesting}`);
  }
}

const timeOfDay = /^\s*\d{1,2}\s*(?::\s*\d{2}\s*){0,2}(?:\\text\s*\{)?\s*[ap]\.?\s?m\.?\s*\}?\s*$/i;
const wordBetween =
  /\s*,?\s*(?:\\text\s*\{\s*,?\s*(and|or)\s*,?\s*\}|\b(and|or)\b|\\(land|lor|wedge|vee)(?![a-zA-Z]))\s*/gi;
const comma = /[,;]/y;

function parseList(s: string): ParsedAnswer {
  // "A, B and C" in one \text, choices and names.
  const inner = /^\\text\s*\{([^{}]*)\}$/.exec(s)?.[1];
  if (inner !== undefined) return parseText(inner);
  if (timeOfDay.test(s)) return { kind: "text", text: s };
  // Braces of LaTeX, which are not to be seen, around several answers.
  const braced = /^\{(.*)\}$/.exec(s)?.[1];
  if (braced !== undefined && (splitTopLevel(braced, comma)?.length ?? 0) > 1) return parseList(braced);

  let conjunction: "and" | undefined;
  const listed = s.replace(wordBetween, (_, inText, plain, sign) => {
    if (/^(and|land|wedge)$/i.test(inText ?? plain ?? sign)) conjunction = "and";
    return ", ";
  });
  const pieces = splitTopLevel(listed, comma);
  if (!pieces) return parseItem(s);
  const texts = pieces.map(({ text }) => text).filter(text => text !== "");
  if (texts.length === 0) throw new UnparsedError("empty");
  if (texts.length === 1) return parseItem(texts[0]!);
  if (texts.length > maxItems) throw new UnparsedError(`more than ${maxItems} answers`);

  // 12,345,678 without a space is a number first, and a list of numbers only if that fails.
  const asNumber = thousands.exec(listed);
  if (asNumber) {
    const list: ParsedAnswer = { kind: "list", items: texts.map(parseItem) };
    const number = parseItem(listed.replace(thousands, match => match.replace(/,/g, "")));
    return { kind: "list", items: [number], alternative: list };
  }
  const items = texts.map(parseItem);
  return conjunction ? { kind: "list", items, conjunction } : { kind: "list", items };
}

const thousands = /^[^\d,]*\d{1,3}(?:,\d{3})+(?!\d)(?!.*,)/;

const relation = /\\(?:le|ge|ne|in|approx|equiv|to)(?![a-zA-Z])|[=<>]/y;

function parseItem(s: string): ParsedAnswer {
  const pieces = splitTopLevel(s, relation);
  if (!pieces) throw new UnparsedError(`brackets that do not balance: ${s.slice(0, 60)}`);
  if (pieces.length === 1) return parseTerm(s);
  const operators = pieces.slice(1).map(({ separator }) => separator as Operator);
  // "= 5" and "\\approx 5" say 5.
  if (pieces[0]!.text === "" && /^=|\\approx/.test(operators[0]!)) {
    return parseItem(s.slice(operators[0]!.length).trim());
  }
  const sides = pieces.map(({ text }) => {
    if (text === "") throw new UnparsedError(`a side of a relation is empty: ${s.slice(0, 60)}`);
    return parseTerm(text);
  });
  return { kind: "relation", operators, sides };
}

const cup = /\\cup(?![a-zA-Z])/y;
const cap = /\\cap(?![a-zA-Z])/y;
const minus = /\\setminus(?![a-zA-Z])/y;
const colon = /:/y;

function parseTerm(s: string): ParsedAnswer {
  const split = (separator: RegExp) => {
    const pieces = splitTopLevel(s, separator);
    if (!pieces) throw new UnparsedError(`brackets that do not balance: ${s.slice(0, 60)}`);
    return pieces.length > 1 ? pieces.map(({ text }) => text) : undefined;
  };
  if (s.includes("\\cup")) {
    const parts = split(cup);
    if (parts) return { kind: "union", items: parts.map(parseTerm) };
  }
  if (s.includes("\\cap")) {
    const parts = split(cap);
    if (parts) return { kind: "intersection", items: parts.map(parseTerm) };
  }
  if (s.includes("\\setminus")) {
    const parts = split(minus);
    if (parts?.length === 2)
      return { kind: "difference", from: parseTerm(parts[0]!), without: parseTerm(parts[1]!) };
  }
  if (s.includes(":") && !s.includes("\\text")) {
    const parts = split(colon);
    if (parts) return { kind: "ratio", items: parts.map(parseTerm) };
  }
  return parseMatrix(s) ?? parseGroup(s) ?? parseFormula(s);
}

const matrix =
  /^([^&]*?)\\begin\s*\{([bpvBV]?matrix|array|smallmatrix)\}(?:\s*\{[clr| ]*\})?([\s\S]*)\\end\s*\{\2\}$/;
const row = /\\\\/y;
const cell = /&/y;

function parseMatrix(s: string): ParsedAnswer | undefined {
  const [, before, , body] = matrix.exec(s) ?? [];
  if (before === undefined || body === undefined) return undefined;
  const factor = before.replace(/(?:\\cdot|\\times)?\s*$/, "").trim();
  const scale = factor === "-" ? toExpression(-1) : factor === "" ? undefined : toExpression(parse(factor));
  const toCell = (text: string): ParsedAnswer => {
    const parsed = parseFormula(text);
    if (!scale || parsed.kind !== "formula") return parsed;
    return { ...parsed, expression: { op: "call", fn: "Multiply", args: [scale, parsed.expression] } };
  };
  const rows = splitTopLevel(body.replace(/\\hline(?![a-zA-Z])/g, ""), row)
    ?.map(({ text }) => text)
    .filter(text => text !== "");
  const cells = rows?.map(text => splitTopLevel(text, cell)?.map(piece => toCell(piece.text)));
  if (!cells || cells.length === 0 || cells.includes(undefined))
    throw new UnparsedError("a matrix that does not split");
  return { kind: "matrix", rows: cells as ParsedAnswer[][] };
}

const brackets: Record<string, "(" | "[" | "{" | "<" | ")" | "]" | "}" | ">"> = {
  "(": "(",
  "[": "[",
  "\\{": "{",
  "\\langle": "<",
  ")": ")",
  "]": "]",
  "\\}": "}",
  "\\rangle": ">",
};
const openingBracket = /^(?:[([]|\\\{|\\langle(?![a-zA-Z]))/;
const closingBracket = /(?:[)\]]|\\\}|\\rangle)$/;

/** A tuple, interval or set: a bracketed list, and nothing outside it. */
function parseGroup(s: string): ParsedAnswer | undefined {
  const open = openingBracket.exec(s)?.[0];
  const close = closingBracket.exec(s)?.[0];
  if (!open || !close || s.length < open.length + close.length) return undefined;
  const inside = s.slice(open.length, s.length - close.length);
  // Undefined for (1)(2), whose first bracket closes early.
  const pieces = splitTopLevel(inside, comma);
  if (!pieces) return undefined;
  const kind = { open: brackets[open], close: brackets[close] } as { open: "("; close: ")" };
  const texts = pieces.map(({ text }) => text);
  if (texts.length === 1) {
    if (texts[0] === "") {
      if (kind.open === ("{" as string)) return { kind: "group", ...kind, items: [] };
      throw new UnparsedError("empty brackets");
    }
    // Plain parentheses around one thing.
    if (kind.open === "(" && kind.close === ")") return parseTerm(texts[0]!);
    if (kind.open === ("{" as string))
      return parseSetBuilder(texts[0]!) ?? { kind: "group", ...kind, items: parseSetItems(texts) };
    if (kind.open !== ("<" as string)) return undefined;
  }
  if (texts.includes("")) throw new UnparsedError(`an empty place in ${s.slice(0, 60)}`);
  if (kind.open === ("{" as string)) return { kind: "group", ...kind, items: parseSetItems(texts) };
  return { kind: "group", ...kind, items: texts.map(parseTerm) };
}

function parseSetItems(texts: string[]): ParsedAnswer[] {
  return texts.map(parseItem);
}

/** { x | x > 3 } and { x : x > 3 }: the condition. */
function parseSetBuilder(s: string): ParsedAnswer | undefined {
  const match =
    /^\s*([a-zA-Z])\s*(?:\\in\s*(?:\\mathbb\s*\{?\s*[RZ]\s*\}?|\\mathbb\{R\}))?\s*(?:\||\\mid|:|\\vert)\s*([^|]+)$/.exec(
      s,
    );
  return match && /[<>=]|\\(?:le|ge|ne|in)(?![a-zA-Z])/.test(match[2]!)
    ? parseList(match[2]!.trim())
    : undefined;
}

const plusMinus = /\\(pm|mp)(?![a-zA-Z])/g;

function parseFormula(s: string): ParsedAnswer {
  if (s.search(plusMinus) >= 0) {
    const plus = s.replace(plusMinus, (_, sign) => (sign === "pm" ? "+" : "-"));
    const minus = s.replace(plusMinus, (_, sign) => (sign === "pm" ? "-" : "+"));
    return { kind: "list", items: [plus, minus].map(text => parseFormula(text.trim())) };
  }
  let rest = s.replace(/[\s.,;]+$/, "");
  // "\text{The answer is } 5".
  const prose = /^\\text\s*\{[^{}]*(?: [^{}]*|:)\}\s*(?=[^\s_^{])/.exec(rest);
  if (prose && prose[0].length < rest.length) return parseFormula(rest.slice(prose[0].length));
  let unit: Unit | undefined;
  let percent = false;
  let degrees = false;

  const money = /^(-?)\s*\\\$\s*/.exec(rest);
  if (money) {
    rest = money[1] + rest.slice(money[0].length);
    unit = parseUnit("$");
  }
  const named = /^([\s\S]*[^\s=+\-*/^_{(\\])\s*\\text\s*\{([^{}]*)\}\s*(\^\s*\{?\s*\d\s*\}?)?\s*$/.exec(rest);
  if (named && !/^\s*$/.test(named[1]!)) {
    unit = parseUnit(named[2]! + (named[3] ?? "")) ?? unit;
    if (/^\s*degrees?\.?\s*$/i.test(named[2]!)) degrees = true;
    if (/^\s*percent\.?\s*$/i.test(named[2]!)) percent = true;
    rest = named[1]!;
  } else {
    const words =
      /^([^a-zA-Z]*\d[^a-zA-Z]*?|[\s\S]*\}\s*)\s+([a-zA-Z][a-zA-Z.]+(?:[ /][a-zA-Z.]+)*(?:\^\{?[23]\}?)?)$|^(-?[\d.,]+)([a-zA-Z]{2,}(?:\^\{?[23]\}?)?)$/.exec(
        rest,
      );
    const word = words?.[2] ?? words?.[4];
    // A single letter is a symbol; two letters are a unit only if the table knows them.
    if (
      words &&
      word &&
      (/[a-zA-Z]{3}/.test(word) || parseUnit(word)) &&
      !/^(?:sqrt|pi|sin|cos|tan|log|ln)\b/.test(word)
    ) {
      unit = parseUnit(word) ?? unit;
      if (/^degrees?$/i.test(word)) degrees = true;
      if (/^percent$/i.test(word)) percent = true;
      rest = words[1] ?? words[3]!;
    }
  }
  if (/\\?%\s*$/.test(rest)) {
    percent = true;
    rest = rest.replace(/\s*\\?%\s*$/, "");
  }
  // Not the degrees of an angle inside, as in \sin 30^\circ.
  if (rest.endsWith("^{\\circ}") && !/\\(?:sin|cos|tan|cot|sec|csc)(?![a-zA-Z])/.test(rest)) {
    degrees = true;
    rest = rest.slice(0, -"^{\\circ}".length).replace(/^\{(.*)\}$/, "$1");
  }
  rest = rest.trim();
  const notes = { ...(unit && { unit }), ...(percent && { percent }), ...(degrees && { degrees }) };
  const base = parseBase(rest);
  if (base) {
    return {
      kind: "formula",
      latex: rest,
      expression: { op: "number", value: base.value },
      base,
    };
  }
  const words = rest.replace(/\\text\s*\{([^{}]*)\}/g, "$1");
  if (isText(rest, words)) return parseText(words);
  // \text{13}: a number in upright letters.
  if (words !== rest && /^[\d\s.,/+-]+$/.test(words)) rest = words.trim();
  return { kind: "formula", latex: rest, expression: toExpression(parse(rest)), ...notes };
}

function parse(latex: string) {
  if (latex.length > maxFormula) throw new UnparsedError(`a formula longer than ${maxFormula} characters`);
  if ((latex.match(/\||\\[lr]?vert(?![a-zA-Z])/gi)?.length ?? 0) > maxBars)
    throw new UnparsedError(`more than ${maxBars} bars`);
  if ((latex.match(/\[|\\\{|\\l(?:angle|floor|ceil|brace|brack)/g)?.length ?? 0) > maxRareBrackets) {
    throw new UnparsedError(`more than ${maxRareBrackets} brackets of rare kinds`);
  }
  if (/(?:[-+]\s*|\\(?![a-zA-Z])\s*){20}/.test(latex)) throw new UnparsedError("a row of signs");
  const plain = latex
    .replace(/(\d),(?=\d{3}(?!\d))/g, "$1")
    .replace(
      /(?<![\d.])(\d{1,3})((?: \d{3})+)(?![\d.])/g,
      (_, first, others) => first + others.replace(/ /g, ""),
    )
    .replace(/^(-?)(\d+)\s+(\d+)\s*\/\s*(\d+)$/, "$1($2+$3/$4)")
    .replace(/(\d) +(?=\d+ *\^)/g, "$1\\cdot ")
    .replace(/(?<![\\a-zA-Z])sqrt\s*\(([^()]*)\)/g, "\\sqrt{$1}")
    .replace(/(?<![\\a-zA-Z])(pi|sqrt|sin|cos|tan|log|ln|infty|infinity)(?![a-zA-Z])/g, (_, name) =>
      name === "infinity" ? "\\infty " : `\\${name} `,
    );
  try {
    const parsed = parseLatex(plain);
    if (parsed !== null) return parsed;
  } catch (cause) {
    // The parser is not ours: whatever it throws means that it does not understand.
    throw new UnparsedError(
      `the parser failed: ${cause instanceof Error ? cause.message.slice(0, 80) : "unknown"}`,
    );
  }
  throw new UnparsedError("nothing to parse");
}

function parseBase(s: string) {
  const match =
    /^(-?)(?:\\text\s*\{\s*([0-9A-Za-z]+)\s*\}|\(?([0-9A-Za-z]{0,400}(?:\.[0-9A-Za-z]{1,100})?)\)?)\s*_\s*(?:\{\s*(?:\\text\s*\{)?\s*(\d{1,2}|two|eight|ten|sixteen)\s*\}?\s*\}|(\d))$/.exec(
      s,
    );
  if (!match) return undefined;
  const digits = (match[2] ?? match[3])!.toUpperCase();
  const name = match[4] ?? match[5]!;
  const base = { two: 2, eight: 8, ten: 10, sixteen: 16 }[name] ?? Number(name);
  if (base < 2 || base > 36 || !/\d/.test(digits)) return undefined;
  let value = 0n;
  const point = digits.indexOf(".");
  for (const digit of digits.replace(".", "")) {
    const worth = Number.parseInt(digit, 36);
    if (worth >= base) return undefined;
    value = value * BigInt(base) + BigInt(worth);
  }
  const scale = BigInt(base) ** BigInt(point < 0 ? 0 : digits.length - 1 - point);
  return { digits: match[1] + digits, base, value: rational(match[1] === "-" ? -value : value, scale) };
}

const mathWords = /^(?:pi|sqrt|sin|cos|tan|log|ln|infty|infinity)$/;

/** Whether what is left says something in words rather than in symbols. */
function isText(latex: string, words: string): boolean {
  if (/[\\^_{}=+*/]/.test(words)) return false;
  if (words !== latex) return /[a-zA-Z]/.test(words);
  return (
    /[a-zA-Z]{4,}/.test(words) &&
    !words.split(/[^a-zA-Z]+/).every(word => word === "" || mathWords.test(word))
  );
}

/** Words; several of them with commas or "and" between are a list, a bare letter or number is a formula. */
function parseText(text: string): ParsedAnswer {
  const trimmed = text.trim().replace(/^[\s.,;:]+|[\s.,;:]+$/g, "");
  if (trimmed === "") throw new UnparsedError("empty text");
  if (timeOfDay.test(trimmed)) return { kind: "text", text: trimmed };
  const parts = trimmed.split(/\s*[,;]\s*(?:and\s|or\s)?\s*|\s+(?:and|or)\s+/).filter(part => part !== "");
  if (parts.length > 1 && parts.every(part => part.length <= 40))
    return { kind: "list", items: parts.map(parseText) };
  const choice = /^\(?\s*([A-Za-z])\s*\)?$/.exec(trimmed)?.[1];
  if (choice) return { kind: "formula", latex: choice, expression: { op: "symbol", name: choice } };
  if (/^[-+]?[\d.,/]*\d[\d.,/]*\s*%?$/.test(trimmed)) return parseFormula(trimmed);
  return { kind: "text", text: trimmed };
}
