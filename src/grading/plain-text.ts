import type { ParsedAnswer } from "./parsed-answer.js";

const synonyms = new Map([
  ["empty", "emptyset"],
  ["theemptyset", "emptyset"],
  ["none", "emptyset"],
  ["noanswer", "emptyset"],
  ["infinity", "infty"],
  ["infinite", "infty"],
]);

/**
 * Returns an answer in words as a key to compare by: small letters, numbers and signs only, number words as digits;
 * undefined if it has no plain form.
 */
export function plainText(answer: ParsedAnswer): string | undefined {
  switch (answer.kind) {
    case "text":
      // In a phrase every sign matters: half of 2^3 is not half of 23.
      return answer.isPhrase ? answer.text.toLowerCase().replace(/\\text|[\s{}$]/g, "") : key(answer.text);
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
    default:
      return undefined;
  }
}

function key(text: string): string {
  const letters = text
    .replace(/\\(?:text|mathrm|mathbf)\s*/g, "")
    .toLowerCase()
    .replace(/^(?:the|a|an)\s+/, "")
    .replace(/^(?:there (?:is|are)|it has|the equation has|has)\s+/, "")
    .replace(/^no (?:real |integer |such )?(?:solutions?|roots?)(?: exists?)?\.?$/, "emptyset")
    // A point stays within a number: 1.5 hours is not 15.
    .replace(/[^\p{L}\p{N}/+<>.-]|(?<!\d)\.|\.(?!\d)/gu, "");
  return synonyms.get(letters) ?? letters;
}
