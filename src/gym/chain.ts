/*
 * The notation of the arithmetic gym. A question is a chain of k one-digit terms, added and subtracted modulo 7, each
 * under its own label: "add a 3 +b 4 -c 2". Its answer is the whole worked chain, each term copied with the running
 * total behind it: "a 3 +b 4 0 -c 2 5". So an answer cannot be guessed, and a wrong one says where it went wrong.
 */

/** Totals are taken modulo this. */
export const modulus = 7;

/** Longest chain that the notation has labels for. */
export const maxTerms = 8;

/** The surface styles of a question, its first word. */
export const styles = ["add", "sum", "tot", "net"] as const;

const labels = "abcdefgh";

/** Stands in a question for a digit that is left open. */
export const openDigit = "?";

export interface Chain {
  style: (typeof styles)[number];
  first: number;
  /** The other terms, in order; at least one. */
  terms: Term[];
}

export interface Term {
  sign: 1 | -1;
  digit: number;
  /** Whether the question leaves the digit open, so that every digit is as good. */
  isOpen?: true;
}

/** "add a 3 +b 4 -c 2", and "add a 3 +b ?" with an open digit. */
export function formatQuestion({ style, first, terms }: Chain): string {
  return [
    style,
    "a",
    first,
    ...terms.flatMap((term, i) => [label(term, i), term.isOpen ? openDigit : term.digit]),
  ].join(" ");
}

/** Returns the running totals, one per term, including the first term. */
export function runningTotals({ first, terms }: Chain): number[] {
  const totals = [first];
  for (const { sign, digit } of terms) totals.push((totals.at(-1)! + sign * digit + modulus) % modulus);
  return totals;
}

/** "a 3 +b 4 0 -c 2 5": the answer with these running totals, the right ones unless told. */
export function formatAnswer(chain: Chain, totals: number[] = runningTotals(chain)): string {
  return [
    "a",
    chain.first,
    ...chain.terms.flatMap((term, i) => [label(term, i), term.digit, totals[i + 1]]),
  ].join(" ");
}

/** The chain of a question's text, or undefined if it is not a chain. Never throws. */
export function parseQuestion(text: string): Chain | undefined {
  const [style, ...rest] = words(text);
  const parsed = parseTerms(rest, 2);
  return parsed && isStyle(style) && parsed.terms.length > 0
    ? { style, first: parsed.first, terms: parsed.terms }
    : undefined;
}

/** The terms and totals that an answer's text states, right or wrong, or undefined if it is not a worked chain. Never throws. */
export function parseAnswer(text: string): { first: number; terms: Term[]; totals: number[] } | undefined {
  const parsed = parseTerms(words(text), 3);
  return parsed && parsed.terms.length > 0 ? parsed : undefined;
}

/** Reads "a 3" and then groups of `width` words: label, digit and, in answers, the running total. */
function parseTerms(words: string[], width: 2 | 3) {
  const first = digit(words[1]);
  const count = (words.length - 2) / width;
  if (words[0] !== "a" || first === undefined || !Number.isInteger(count) || count >= maxTerms)
    return undefined;
  const terms: Term[] = [];
  const totals = [first];
  for (let i = 0; i < count; i++) {
    const at = 2 + i * width;
    const sign = words[at] === `+${labels[i + 1]}` ? 1 : words[at] === `-${labels[i + 1]}` ? -1 : undefined;
    const isOpen = width === 2 && words[at + 1] === openDigit;
    const value = isOpen ? 0 : digit(words[at + 1]);
    const total = width === 3 ? digit(words[at + 2]) : 0;
    if (sign === undefined || value === undefined || total === undefined) return undefined;
    terms.push(isOpen ? { sign, digit: value, isOpen } : { sign, digit: value });
    totals.push(total);
  }
  return { first, terms, totals };
}

function label({ sign }: { sign: 1 | -1 }, index: number): string {
  return (sign > 0 ? "+" : "-") + labels[index + 1];
}

function words(text: string): string[] {
  // A chain has at most 2 + 3 * 7 words; longer text is not a chain.
  return text.length > 200 ? [] : text.trim().split(/\s+/);
}

function digit(word: string | undefined): number | undefined {
  return word?.length === 1 && word >= "0" && word < String(modulus) ? Number(word) : undefined;
}

function isStyle(word: string | undefined): word is Chain["style"] {
  return (styles as readonly (string | undefined)[]).includes(word);
}
