import { combine, isEqual, type Rational, rational } from "./rational.js";

/** Reach the target from the numbers, each used at most once, with + - * / and parentheses. */
export interface Puzzle {
  numbers: number[];
  target: number;
}

/** More numbers than these are not searched: 5 take milliseconds, 6 take seconds. */
export const mostNumbers = 5;

/** Whether an expression is well formed, uses the puzzle's numbers at most once each, and what it comes to. */
export function evaluate({ numbers }: Puzzle, expression: string): Rational | undefined {
  const tokens = expression.slice(0, 200).match(/\d+|[-+*/()]|\S/g) ?? [];
  const left = [...numbers];
  let at = 0;
  const factor = (): Rational | undefined => {
    if (tokens[at] === "(") {
      at++;
      const inner = sum();
      return tokens[at++] === ")" ? inner : undefined;
    }
    const place = left.indexOf(Number(tokens[at++]));
    return place < 0 ? undefined : rational(BigInt(left.splice(place, 1)[0]!));
  };
  const chain = (operators: string, operand: () => Rational | undefined) => () => {
    let value = operand();
    while (value && operators.includes(tokens[at] ?? " ")) {
      const operator = tokens[at++]!;
      const next = operand();
      value = next && combine(value, operator, next);
    }
    return value;
  };
  const product = chain("*/", factor);
  const sum = chain("+-", product);
  const value = sum();
  return at === tokens.length ? value : undefined;
}

/** Whether an expression reaches the target. */
export function reaches(puzzle: Puzzle, expression: string): boolean {
  const value = evaluate(puzzle, expression);
  return value !== undefined && isEqual(value, rational(BigInt(puzzle.target)));
}

/** An expression that reaches the target; undefined if there is none. Tries all that there are. */
export function solve({ numbers, target }: Puzzle): string | undefined {
  const wanted = rational(BigInt(target));
  const search = (terms: { value: Rational; text: string }[]): string | undefined => {
    const found = terms.find(({ value }) => isEqual(value, wanted));
    if (found) return found.text;
    for (const [i, a] of terms.entries()) {
      for (const [j, b] of terms.entries()) {
        if (i === j) continue;
        const rest = terms.filter((_, k) => k !== i && k !== j);
        for (const operator of i < j ? "+-*/" : "-/") {
          const value = combine(a.value, operator, b.value);
          const solution = value && search([...rest, { value, text: `(${a.text} ${operator} ${b.text})` }]);
          if (solution) return solution;
        }
      }
    }
    return undefined;
  };
  return search(numbers.map(number => ({ value: rational(BigInt(number)), text: String(number) })));
}
