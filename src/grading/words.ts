const ones = (
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " +
  "eighteen nineteen"
).split(" ");
const tens = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const magnitudes = new Map([
  ["hundred", 100n],
  ["thousand", 1000n],
  ["million", 1_000_000n],
  ["billion", 1_000_000_000n],
  ["trillion", 1_000_000_000_000n],
]);

/** Returns the value of a magnitude in words, `million`; undefined for other words. */
export function magnitudeOf(word: string): bigint | undefined {
  const name = word.trim().toLowerCase();
  return name === "dozen" ? 12n : magnitudes.get(name);
}

/** Returns the whole number that words name: `six`, `Twenty-one`, `two hundred and five`; undefined if they do not. */
export function numberOfWords(text: string): bigint | undefined {
  if (text.length > 100) return undefined;
  const words = text
    .toLowerCase()
    .trim()
    .split(/[\s-]+/);
  let total = 0n;
  let group: bigint | undefined;
  for (const [i, word] of words.entries()) {
    const [one, ten] = [ones.indexOf(word), tens.indexOf(word)];
    const magnitude = magnitudes.get(word);
    if (word === "and" && i > 0 && i < words.length - 1 && magnitudes.has(words[i - 1]!)) continue;
    if (
      one >= 0 &&
      (group === undefined || (one > 0 && one < 10 && group % 10n === 0n && group % 100n !== 10n))
    )
      group = (group ?? 0n) + BigInt(one);
    else if (ten >= 0 && (group === undefined || group % 100n === 0n))
      group = (group ?? 0n) + BigInt(20 + 10 * ten);
    else if (magnitude && group !== undefined && group > 0n && group < magnitude) {
      if (magnitude === 100n) group *= 100n;
      else {
        total += group * magnitude;
        group = undefined;
      }
    } else return undefined;
  }
  return total === 0n ? group : total + (group ?? 0n);
}

/**
 * Words that may change the value next to them: negations, comparisons, hedges, operations, numbers,
 * fractions and magnitudes. A number beside one of them is not understood.
 */
const changing = new RegExp(
  `^(?:${[
    "not?|non|never|none|neither|nor|without|except|excluding|isn|isnt|aren|wasn|doesn|don|cannot|can|won|wrong|incorrect|false|untrue",
    "more|less|fewer|greater|larger|smaller|bigger|lower|higher|longer|shorter|than|at|least|most|max|maximum|min|minimum|up|above|below|under|over|beyond",
    "about|approximately|approx|around|almost|nearly|roughly|circa|close|between|from|to|until|or|maybe|perhaps|possibly|probably|likely|either|otherwise|instead|if|unless|when|while|but|and|also|as|is|was|be|are|were|else|rather",
    "negative|minus|plus|positive|times|multiplied|divided|by|per|of|off|out|sum|difference|product|quotient|ratio|squared|cubed|root|roots|sqrt|power|powers|exponent|exp|factorial|log|logs|ln|sin|cos|tan|sec|csc|cot|sine|cosine|tangent|mod|modulo|inverse|reciprocal|opposite|complement|absolute|base|binary|octal|hex|hexadecimal|infinity|infinite|pi",
    "half|halves|thirds?|quarters?|fourths?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?|hundredths?|thousandths?|millionths?|percent|percentage|permille",
    "double|twice|triple|thrice|quadruple|dozens?|score|gross|tens|hundreds?|thousands?|millions?|billions?|trillions?|k|mil|bn|mio",
    [...ones, ...tens].join("|"),
  ].join("|")})$`,
);

/** Whether words are a name for the things counted, as "distinct integers", and nothing that could change the number. */
export function isPlainNoun(text: string): boolean {
  const words = text
    .toLowerCase()
    .split(/[\s.]+/)
    .filter(word => word !== "");
  return (
    words.length <= 4 &&
    words.every(
      word => /^\p{L}[\p{L}'’-]{1,24}$/u.test(word) && !word.split(/['’-]/).some(part => changing.test(part)),
    )
  );
}

/** Returns an answer without the words that announce it: "\text{The answer is } 5" and "answer: 5". */
export function withoutLeadIn(s: string): string {
  let rest = s;
  for (let i = 0; i < 3; i++) {
    const text = /^\\text\s*\{([^{}]*)\}\s*(?=[^\s_^])/.exec(rest);
    const plain = /^(?:the )?(?:final )?answer(?: is|:)\s*(?=\S)/i.exec(rest);
    const taken = text && isLeadIn(text[1]!) ? text : plain;
    if (!taken) break;
    rest = rest.slice(taken[0].length);
  }
  return rest;
}

/** Whether words only announce the answer: "The answer is", "Final answer:", "Thus". */
function isLeadIn(text: string): boolean {
  return /^\s*(?:(?:so|thus|hence|therefore|then),?\s*)*(?:(?:the |our |my )?(?:(?:final|correct|required|desired|exact|simplified) )?(?:answer|result|value|solution)s?\s*(?:is|are|equals|=|:)?)?\s*:?\s*$/i.test(
    text,
  );
}

/** Whether words with letters in between only say which values a letter may have: "for any real constant c". */
export function isQualifier(text: string): boolean {
  return (
    /^[\s,]*(?:for (?:any|all|every|each|some)\b|where\b)/i.test(text) &&
    !/\d|\b(?:not|except|without|unless|but|or)\b|[<>=+*/^-]/i.test(
      text.replace(/\\mathbb|\\in(?![a-z])/g, ""),
    )
  );
}
