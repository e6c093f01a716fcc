import { parseFormula } from "./parse-formula.js";
import type { ParsedAnswer } from "./parsed-answer.js";
import { UnparsedError } from "./to-expression.js";
import { numberOfWords, withoutLeadIn } from "./words.js";

/** A time of day with or without a.m. and p.m. */
export const timeOfDay = /^\s*\d{1,2}\s*(?::\s*\d{2}\s*){0,2}(?:\\text\s*\{)?\s*[ap]\.?\s?m\.?\s*\}?\s*$/i;

const realNumbers = /^(?:the set of |set of )?(?:all |any )?(?:the )?(?:real numbers?|reals)(?: [xyt])?$/i;

/**
 * Parses words: several of them with commas or "and" between are a list, a letter or a number in words is a formula.
 *
 * @throws UnparsedError if nothing is left without punctuation.
 */
export function parseText(text: string): ParsedAnswer {
  const trimmed = withoutLeadIn(text.trim()).replace(/^[\s.,;:]+|[\s.,;:]+$/g, "");
  if (trimmed === "") throw new UnparsedError("empty text");
  if (timeOfDay.test(trimmed)) return { kind: "text", text: trimmed };
  const choice = /^\(([A-J])\)\s*(\S.*)$|^([A-J])[).:]\s*(\S.*)$/.exec(trimmed);
  if (choice)
    return {
      kind: "choice",
      letter: (choice[1] ?? choice[3])!,
      content: parseText((choice[2] ?? choice[4])!),
    };
  if (/^[-+]?\d{1,3}(?:,\d{3})+$/.test(trimmed)) return parseFormula(trimmed.replace(/,/g, ""));
  const number = numberOfWords(trimmed);
  if (number !== undefined)
    return {
      kind: "formula",
      latex: String(number),
      expression: { op: "number", value: { n: number, d: 1n } },
    };
  if (realNumbers.test(trimmed))
    return { kind: "formula", latex: "\\mathbb{R}", expression: { op: "symbol", name: "RealNumbers" } };
  const parts = trimmed.split(/\s*[,;]\s*(?:and\s|or\s)?\s*|\s+(?:and|or)\s+/).filter(part => part !== "");
  if (parts.length > 1 && parts.every(part => part.length <= 40))
    return {
      kind: "list",
      items: parts.map(parseText),
      ...(/\bor\b/.test(trimmed) && { conjunction: "or" as const }),
    };
  const letter = /^\(?\s*([A-Za-z])\s*\)?$/.exec(trimmed)?.[1];
  if (letter) return parseFormula(letter);
  const ratio = /^(\d+)\s+to\s+(\d+)$/.exec(trimmed);
  if (ratio) return { kind: "ratio", items: [parseFormula(ratio[1]!), parseFormula(ratio[2]!)] };
  if (/^[-+]?[\d.,/]*\d[\d.,/]*\s*(?:%|[\p{L} ]*)$/u.test(trimmed)) return parseFormula(trimmed);
  return { kind: "text", text: trimmed, ...(/\d/.test(trimmed) && { isPhrase: true }) };
}

/** Words of two and three letters, which would otherwise be products of symbols. */
const shortWords = new Set(
  "no yes odd one two six ten dne nan sun mon tue wed thu fri sat jan feb mar apr may jun jul aug sep oct nov dec red".split(
    " ",
  ),
);
const mathWords = /^(?:pi|sqrt|sin|cos|tan|log|ln|infty|infinity)$/;

/** Whether an answer says something in words rather than in symbols; `words` is the answer without \text{}. */
export function isText(latex: string, words: string): boolean {
  if (/[\\^_{}=+*/]/.test(words)) return false;
  if (words !== latex) return /[a-zA-Z]/.test(words);
  if (shortWords.has(words.trim().toLowerCase())) return true;
  return (
    /\p{L}{4,}/u.test(words) && !words.split(/[^\p{L}]+/u).every(word => word === "" || mathWords.test(word))
  );
}
