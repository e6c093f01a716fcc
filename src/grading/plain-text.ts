import type { ParsedAnswer } from "./parsed-answer.js";

const numberWords = [
  ..."zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(
    " ",
  ),
  ..."sixteen seventeen eighteen nineteen twenty".split(" "),
];
const synonyms = new Map([
  ["empty", "emptyset"],
  ["none", "emptyset"],
  ["nosolution", "emptyset"],
  ["nosolutions", "emptyset"],
  ["infinity", "infty"],
  ["infinite", "infty"],
]);

/**
 * An answer in words as a key to compare by: small letters, numbers and signs only, number words as digits; undefined
 * where it has no plain writing.
 */
export function plainText(answer: ParsedAnswer): string | undefined {
  switch (answer.kind) {
    case "text":
      return key(answer.text);
    case "formula":
      if (answer.expression.op === "symbol" && answer.expression.name === "EmptySet") return "emptyset";
      return key(answer.latex);
    case "ratio":
    case "list": {
      const parts = answer.items.map(plainText);
      return parts.includes(undefined) ? undefined : parts.join(answer.kind === "ratio" ? "" : ",");
    }
    case "group":
      return answer.open === "{" && answer.items.length === 0 ? "emptyset" : undefined;
    case "relation":
      // x = \text{even}
      return answer.operators.every(operator => operator === "=")
        ? plainText(answer.sides.at(-1)!)
        : undefined;
    default:
      return undefined;
  }
}

function key(text: string): string {
  const letters = text
    .replace(/\\(?:text|mathrm|mathbf)\s*/g, "")
    .toLowerCase()
    .replace(/^(?:the|a|an)\s+/, "")
    // A point stays within a number: 1.5 hours are not 15.
    .replace(/[^\p{L}\p{N}/+<>.-]|(?<!\d)\.|\.(?!\d)/gu, "");
  const number = numberWords.indexOf(letters);
  return number >= 0 ? String(number) : (synonyms.get(letters) ?? letters);
}
