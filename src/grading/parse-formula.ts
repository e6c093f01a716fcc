import type { Expression } from "./expression.js";
import { rational } from "./number-fields/rational.js";
import { maxFormula, parseLatex } from "./parse-latex.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { toExpression, UnparsedError } from "./to-expression.js";
import { parseUnit, type Unit } from "./units.js";
import { isPlainNoun, magnitudeOf } from "./words.js";

type Formula = Extract<ParsedAnswer, { kind: "formula" }>;

/** What surrounds a number and is not part of its value, or multiplies it. */
interface Label {
  unit?: Unit;
  noun?: string;
  percent?: boolean;
  degrees?: boolean;
  factor?: bigint;
}

/**
 * Parses one value: a formula with what may surround it (a currency, a unit, a noun, a percent or degree sign, words
 * that announce an answer), or a number in some base. Words that are not understood make it a phrase, whose number is
 * never used.
 *
 * @throws UnparsedError if it is neither.
 */
export function parseFormula(s: string): Formula | Extract<ParsedAnswer, { kind: "text" }> {
  if (s.length > maxFormula) throw new UnparsedError(`a formula longer than ${maxFormula} characters`);
  const whole = s.replace(/[\s.,;]+$/, "").trim();
  let rest = whole;
  const labels: Label[] = [];
  const money = /^(-?)\s*(\\\$|[£€¥₹]|\\(?:pounds|euro)(?![a-zA-Z]))\s*/.exec(rest);
  if (money) {
    rest = money[1] + rest.slice(money[0].length);
    const sign = { "\\$": "$", "\\pounds": "£", "\\euro": "€" }[money[2]!] ?? money[2]!;
    labels.push({ unit: parseUnit(sign) });
  }
  for (let found = takeLabel(rest); found; found = takeLabel(rest)) {
    if (!found.label) return { kind: "text", text: whole, isPhrase: true };
    labels.push(found.label);
    rest = found.rest;
    if (labels.length > 4) return { kind: "text", text: whole, isPhrase: true };
  }
  const { factor, ...label }: Label = Object.assign({}, ...labels);
  const base = parseBase(rest);
  if (base) {
    if (labels.length > 0) return { kind: "text", text: whole, isPhrase: true };
    return { kind: "formula", latex: rest, expression: { op: "number", value: base.value }, base };
  }
  // \text{13}: a number in upright letters.
  const upright = rest.replace(/(?<![_^{]\s*)\\text\s*\{([\d\s.,/+-]+)\}/g, "$1");
  if (/(?<![_^]\s*\{?\s*)\\text(?![a-zA-Z])/.test(upright))
    return { kind: "text", text: whole, isPhrase: true };
  const value = toExpression(parseLatex(upright));
  const expression: Expression = factor
    ? { op: "call", fn: "Multiply", args: [{ op: "number", value: { n: factor, d: 1n } }, value] }
    : value;
  return {
    kind: "formula",
    latex: upright,
    expression,
    ...label,
    ...(labels.length === 0 && measured(upright)),
  };
}

/** Removes the label at the end, if there is one; without `label` if its words are not understood. */
function takeLabel(s: string): { rest: string; label?: Label } | undefined {
  const percent = /\s*\\?%$/.exec(s);
  if (percent) return { rest: s.slice(0, percent.index), label: { percent: true } };
  const temperature = /\^\{\\circ\}\s*(?:\\text\s*\{\s*)?([CF])\s*\}?$/.exec(s);
  if (temperature)
    return { rest: s.slice(0, temperature.index), label: { unit: parseUnit(`°${temperature[1]}`) } };
  // Not the degrees of an angle inside, as in \sin 30^\circ.
  if (s.endsWith("^{\\circ}") && !/\\(?:sin|cos|tan|cot|sec|csc)(?![a-zA-Z])/.test(s)) {
    const rest = s.slice(0, -"^{\\circ}".length).trim();
    if (rest !== "" && !/\^\{\\circ\}/.test(rest))
      return { rest: rest.replace(/^\{(.*)\}$/, "$1"), label: { degrees: true } };
  }
  const ordinal = /^(-?\d+)\s*(?:\^\s*\{?\s*)?(?:\\text\s*\{\s*)?(?:st|nd|rd|th)\s*\}{0,2}$/.exec(s);
  if (ordinal) return { rest: ordinal[1]!, label: {} };
  return takeText(s) ?? takeWords(s);
}

/** Upright words at the end: 5 \text{ cm}^2, 50 \text{m} / \text{s}. */
function takeText(s: string): { rest: string; label?: Label } | undefined {
  const at = s.search(/\\text\s*\{/);
  if (at <= 0) return undefined;
  const rest = s.slice(0, at).trim();
  const tail = s.slice(at);
  if (rest === "" || /[=+\-*/^_{(\\]$/.test(rest)) return undefined;
  // A subscript or a function's argument is not at the end.
  if (!/^(?:\\text\s*\{[^{}]*\}|\^\s*\{?\s*-?\d\s*\}?|\s|\/|\\cdot(?![a-zA-Z]))+$/.test(tail))
    return undefined;
  return { rest, label: readLabel(tail.replace(/\\text\s*\{([^{}]*)\}/g, " $1 ")) };
}

/** Plain words at the end: 5 cm, 5.40 dollars, 12 m/s, 50cm. */
function takeWords(s: string): { rest: string; label?: Label } | undefined {
  const [, spaced, words, compact, unit] =
    /^([^a-zA-Z]*\d[^a-zA-Z]*?|[\s\S]*\}\s*)\s+([\p{L}°][\p{L}.°²³'-]*(?:[ /][\p{L}.²³]+){0,6}(?:\^\{?[23]\}?)?)$|^(-?[\d.,]+)\s*([\p{L}²³]{2,}(?:\^\{?[23]\}?)?|[元个個人天年岁歲]{1,3})$/u.exec(
      s,
    ) ?? [];
  const rest = spaced ?? compact;
  const word = words ?? unit;
  if (rest === undefined || word === undefined) return undefined;
  if (/^(?:sqrt|pi|sin|cos|tan|log|ln|infty|infinity)(?![a-zA-Z])/.test(word)) return undefined;
  // A letter is a symbol; two letters are a unit only if the table knows them.
  const isWord =
    /\p{L}{3}|[元个個人天年岁歲²³]/u.test(word) || (word.length > 1 && parseUnit(word)) || magnitudeOf(word);
  return isWord ? { rest: rest.trim(), label: readLabel(word) } : undefined;
}

function readLabel(words: string): Label | undefined {
  const text = words
    .replace(/[\s~]+/g, " ")
    .replace(/[\s.]+$/, "")
    .trim();
  if (text === "") return {};
  const [first, ...others] = text.split(" ");
  const factor = magnitudeOf(first!);
  if (factor) {
    const below = readLabel(others.join(" "));
    return below && { ...below, factor: factor * (below.factor ?? 1n) };
  }
  if (/^(?:degrees?|°)$/i.test(text)) return { degrees: true };
  if (/^per ?cent$/i.test(text)) return { percent: true };
  const unit = parseUnit(text.replace(/^degrees? (?=celsius|fahrenheit)/i, ""));
  if (unit) return { unit };
  const noun = text.replace(/\s*\^\s*\{?[23]\}?$/, "").replace(/^\((.*)\)$/, "$1");
  if (/^[元个個人天年岁歲]$/u.test(noun)) return { noun };
  return isPlainNoun(noun) ? { noun } : undefined;
}

/** 50m, 50 J and 10 m/s, which may be products. */
function measured(latex: string): Pick<Formula, "measured"> | undefined {
  const [, digits, name] = /^(-?\d[\d.]*)\s*([JNWVKmsghL])$/.exec(latex) ?? [];
  if (!digits || !name) return undefined;
  return { measured: { expression: toExpression(parseLatex(digits)), unit: parseUnit(name)! } };
}

function parseBase(s: string) {
  const match =
    /^(-?)(?:\\text\s*\{\s*([0-9A-Za-z]+)\s*\}|\(?([0-9A-Za-z]{0,400}(?:\.[0-9A-Za-z]{1,100})?)\)?)\s*_\s*(?:\{\s*(?:\\text\s*\{)?\s*(\d{1,2}|[a-z]{3,12})\s*\}?\s*\}|(\d))$/.exec(
      s,
    );
  if (!match) return undefined;
  const digits = (match[2] ?? match[3])!.toUpperCase();
  const name = match[4] ?? match[5]!;
  const base = baseNames.indexOf(name) >= 0 ? baseNames.indexOf(name) : Number(name);
  if (!(base >= 2 && base <= 36) || !/\d/.test(digits)) return undefined;
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

const baseNames =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split(
    " ",
  );
