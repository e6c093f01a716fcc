import type { ParsedAnswer } from "./parsed-answer.js";

/** Returns a parsed answer in one readable line, e.g. `interval (0, \infty]` or `list 1 | 2`; at most 300 characters. */
export function describeAnswer(answer: ParsedAnswer): string {
  const text = describe(answer);
  return text.length > 300 ? `${text.slice(0, 297)}...` : text;
}

function describe(answer: ParsedAnswer): string {
  const all = (items: readonly ParsedAnswer[], between = ", ") => items.map(describe).join(between);
  switch (answer.kind) {
    case "formula":
      return `${answer.latex}${answer.percent ? " %" : ""}${answer.degrees ? " degrees" : ""}${
        answer.unit ? ` [${answer.unit.dimension}]` : ""
      }${answer.noun ? ` "${answer.noun}"` : ""}`;
    case "text":
      return answer.isPhrase ? `phrase "${answer.text}"` : `"${answer.text}"`;
    case "choice":
      return `choice ${answer.letter}: ${describe(answer.content)}`;
    case "list":
      return answer.items.length === 1 ? describe(answer.items[0]!) : `list ${all(answer.items, " | ")}`;
    case "group": {
      const kind = answer.open === "{" ? "set" : answer.items.length === 2 ? "tuple or interval" : "tuple";
      return `${kind} ${answer.open}${all(answer.items)}${answer.close}`;
    }
    case "set builder":
      return `set {${describe(answer.element)} : ${describe(answer.condition)}}`;
    case "ratio":
      return `ratio ${all(answer.items, " : ")}`;
    case "matrix":
      return `matrix ${answer.rows.map(row => all(row)).join("; ")}`;
    case "union":
      return `union ${all(answer.items, " u ")}`;
    case "intersection":
      return `intersection ${all(answer.items, " n ")}`;
    case "difference":
      return `${describe(answer.from)} without ${describe(answer.without)}`;
    case "relation":
      return answer.sides
        .map((side, i) => (i === 0 ? "" : ` ${answer.operators[i - 1]} `) + describe(side))
        .join("");
  }
}
