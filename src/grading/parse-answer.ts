import { normaliseAnswer } from "./normalise-answer.js";
import { parseFormula } from "./parse-formula.js";
import { parseMatrix } from "./parse-matrix.js";
import { isText, parseText, timeOfDay } from "./parse-text.js";
import type { Operator, ParsedAnswer } from "./parsed-answer.js";
import { splitTopLevel } from "./split-top-level.js";
import { UnparsedError } from "./to-expression.js";
import { isQualifier, withoutLeadIn } from "./words.js";
import { spend } from "./work-budget.js";

const maxLength = 6000;
const maxNesting = 60;
const maxItems = 400;

/**
 * Parses an answer (LaTeX or plain text, without \boxed{}; normalisation is done here).
 *
 * @throws UnparsedError saying why it cannot be understood, BudgetError if that takes too much work.
 */
export function parseAnswer(text: string): ParsedAnswer {
  if (text.length > 4 * maxLength) throw new UnparsedError(`longer than ${4 * maxLength} characters`);
  if (/[\u202a-\u202e\u2066-\u2069]/.test(text))
    throw new UnparsedError("characters that turn the direction of writing");
  const normal = normaliseAnswer(text);
  if (normal === "") throw new UnparsedError("empty");
  if (normal.length > maxLength) throw new UnparsedError(`longer than ${maxLength} characters`);
  const balanced = withoutStrayBrace(normal);
  checkNesting(balanced);
  return parseList(withoutQualifier(withoutLeadIn(balanced)));
}

/** One closing brace too many at the end, as in some data sets. */
function withoutStrayBrace(s: string): string {
  if (!s.endsWith("}") || s.endsWith("\\}")) return s;
  const braces = s.match(/\\[{}]|[{}]/g)!.filter(brace => brace.length === 1);
  const excess = braces.filter(brace => brace === "}").length - braces.length / 2;
  return excess === 0.5 ? s.slice(0, -1).trim() : s;
}

function checkNesting(s: string): void {
  let depth = 0;
  for (const c of s) {
    if (c === "{" || c === "(" || c === "[") depth++;
    else if (c === "}" || c === ")" || c === "]") depth--;
    if (depth > maxNesting) throw new UnparsedError(`nested deeper than ${maxNesting}`);
  }
}

/** "..., where k is an integer" and "2k\pi, k \in \mathbb{Z}" say which values the letters have. */
function withoutQualifier(s: string): string {
  const at = s.search(/,?\s*(?:\\text\s*\{[\s,]*)?(?:for (?:any|all|every|each|some)|where)(?![a-zA-Z])/);
  if (at > 0 && isQualifier(s.slice(at).replace(/\\text|[{}$]/g, ""))) return s.slice(0, at).trim();
  const range =
    /[,\s]\s*\(?\s*([a-zA-Z])\s*\\in\s*\\mathbb\s*\{?\s*[NQZR]\s*\}?(?:_\{?[+0-9]\}?|\^\{?[+0*]\}?)?\s*\)?$/.exec(
      s,
    );
  // A set builder's condition and the set of all numbers are not such a range.
  const before = range && s.slice(0, range.index).trim();
  return before &&
    new RegExp(`(?<![\\\\a-zA-Z])${range[1]}(?![a-zA-Z])`).test(before) &&
    !/[|:]$|\\mid$/.test(before)
    ? before.replace(/,$/, "").trim()
    : s;
}

const word = String.raw`\s*,?\s*(?:\\text\s*\{\s*,?\s*(and|or)\s*,?\s*\}|(?<![a-zA-Z\\])(and|or)(?![a-zA-Z])|(?<=[\d)}])(or)(?=[A-Z\\\d(])|\\(land|lor|wedge|vee)(?![a-zA-Z]))\s*`;
const wordBetween = new RegExp(word, "gi");
const comma = /[,;]/y;
const semicolon = /;/y;
const choice =
  /^(?:\\text\s*\{\s*\(([A-J])\)\s*\}|\\text\s*\{\s*([A-J])\s*[.:)]\s*\}|\(([A-J])\)|([A-J])[.:)])\s*(?=[\d\\$a-zA-Z-])/;

function parseList(s: string): ParsedAnswer {
  spend(s.length / 10);
  // "A, B and C" in one \text, choices and names.
  const inner = /^\\text\s*\{([^{}]*)\}$/.exec(s)?.[1];
  if (inner !== undefined) return parseText(inner);
  if (timeOfDay.test(s)) return { kind: "text", text: s };
  const letter = choice.exec(s);
  if (letter) {
    const content = parseList(s.slice(letter[0].length).trim());
    return { kind: "choice", letter: letter.slice(1, 5).find(Boolean)!, content };
  }
  // Invisible LaTeX braces around several answers.
  const braced = /^\{(.*)\}$/.exec(s)?.[1];
  if (braced !== undefined && (splitTopLevel(braced, comma)?.length ?? 0) > 1) return parseList(braced);

  let conjunction: "and" | "or" | undefined;
  const separate = (separator: string) =>
    s.replace(wordBetween, (_, inText, plain, joined, sign) => {
      conjunction = /^(and|land|wedge)$/i.test(inText ?? plain ?? joined ?? sign) ? "and" : "or";
      return separator;
    });
  const systems = parseSystems(separate("; "));
  if (systems) return systems;
  const listed = separate(", ");
  const pieces = splitTopLevel(listed, comma);
  if (!pieces) return parseItem(s);
  const texts = pieces.map(({ text }) => text).filter(text => text !== "");
  if (texts.length === 0) throw new UnparsedError("empty");
  if (texts.length === 1) return parseItem(texts[0]!);
  if (texts.length > maxItems) throw new UnparsedError(`more than ${maxItems} answers`);

  // 12,345,678 without a space is a number first, and a list of numbers only if that fails.
  const asNumber = thousands.exec(listed);
  if (asNumber) {
    const number = parseItem(listed.replace(thousands, match => match.replace(/,/g, "")));
    // No item of a list begins with a needless 0.
    if (texts.some(text => /^0\d/.test(text))) return number;
    return { kind: "list", items: [number], alternative: { kind: "list", items: texts.map(parseItem) } };
  }
  // \pm\sqrt2, \pm\sqrt3 are four.
  const items = texts
    .map(parseItem)
    .flatMap(item => (item.kind === "list" && !item.alternative ? item.items : [item]));
  return conjunction ? { kind: "list", items, conjunction } : { kind: "list", items };
}

/** p=5, q=2; p=7, q=2: each system of assignments is one answer. */
function parseSystems(s: string): ParsedAnswer | undefined {
  const systems = splitTopLevel(s, semicolon)?.filter(({ text }) => text !== "");
  if (!systems || systems.length < 2 || systems.length > maxItems) return undefined;
  const parts = systems.map(({ text }) => splitTopLevel(text, comma)!.map(piece => piece.text));
  const isSystem = parts.every(
    texts => texts.length > 1 && texts.every(text => /^[^=<>]+=[^=<>]+$/.test(text)),
  );
  if (!isSystem) return undefined;
  return { kind: "list", items: parts.map(texts => ({ kind: "list", items: texts.map(parseItem) })) };
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
  spend(s.length / 10);
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
    if (parts) {
      const isTime = /^\s*\d{1,2}\s*:\s*\d\d\s*$/.test(s);
      return { kind: "ratio", items: parts.map(parseTerm), ...(isTime && { time: s.replace(/\s/g, "") }) };
    }
  }
  const words = s.replace(/\\text\s*\{([^{}]*)\}/g, "$1");
  if (isText(s, words)) return parseText(words);
  return parseGroup(s) ?? parsePlusMinus(s) ?? parseMatrix(s) ?? parseFormula(s);
}

const plusMinus = /\\(pm|mp)(?![a-zA-Z])/g;

function parsePlusMinus(s: string): ParsedAnswer | undefined {
  if (s.search(plusMinus) < 0) return undefined;
  const plus = s.replace(plusMinus, (_, sign) => (sign === "pm" ? "+" : "-"));
  const minus = s.replace(plusMinus, (_, sign) => (sign === "pm" ? "-" : "+"));
  return { kind: "list", items: [plus, minus].map(text => parseTerm(text.trim())) };
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
  const opening = openingBracket.exec(s)?.[0];
  const closing = closingBracket.exec(s)?.[0];
  if (!opening || !closing || s.length < opening.length + closing.length) return undefined;
  const inside = s.slice(opening.length, s.length - closing.length);
  // Undefined for (1)(2), whose first bracket closes early.
  const pieces = splitTopLevel(inside, comma);
  if (!pieces) return undefined;
  const open = brackets[opening] as "(" | "[" | "{" | "<";
  const close = brackets[closing] as ")" | "]" | "}" | ">";
  const texts = pieces.map(({ text }) => text);
  if (texts.length === 1) {
    if (texts[0] === "") {
      if (open === "{") return { kind: "group", open, close, items: [] };
      throw new UnparsedError("empty brackets");
    }
    // Plain parentheses around one thing.
    if (open === "(" && close === ")") return parseTerm(texts[0]!);
    // Square brackets around a matrix without brackets.
    if (open === "[" && close === "]" && /^\\begin\s*\{(?:array|smallmatrix|matrix)\}/.test(texts[0]!))
      return parseTerm(texts[0]!);
    if (open !== "<" && open !== "{") return undefined;
  }
  if (open === "{") {
    const builder = parseSetBuilder(inside);
    if (builder) return builder;
  }
  if (texts.includes("")) throw new UnparsedError(`an empty place in ${s.slice(0, 60)}`);
  return { kind: "group", open, close, items: texts.map(open === "{" ? parseItem : parseTerm) };
}

const suchThat = /(?:\||\\mid(?![a-zA-Z])|\\vert(?![a-zA-Z])|:)/y;

/** { x | x > 3 } and { x : x > 3 } are the condition; { 2k : k \in \mathbb{Z} } is all values of the element. */
function parseSetBuilder(s: string): ParsedAnswer | undefined {
  const pieces = splitTopLevel(s, suchThat);
  if (pieces?.length !== 2) return undefined;
  const [element, condition] = pieces.map(({ text }) => text) as [string, string];
  if (!/[<>=]|\\(?:le|ge|ne|in)(?![a-zA-Z])/.test(condition)) return undefined;
  const isSymbol = /^[a-zA-Z]\s*(?:\\in\s*\\mathbb\s*\{?\s*[RZ]\s*\}?)?$/.test(element);
  // The integers above 3 are not the numbers above 3.
  if (isSymbol && !/\\mathbb\s*\{?\s*[ZNQ]/.test(s)) return parseList(condition);
  return { kind: "set builder", element: parseItem(element), condition: parseList(condition) };
}
