import { InvalidArgumentError } from "commander";

/** Reads an option that is a whole number within bounds. */
export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return text => {
    const value = Number(text);
    if (/^\s*\d+\s*$/.test(text) && value >= from && value <= to) return value;
    const bounds = to === Number.MAX_SAFE_INTEGER ? `, at least ${from}` : ` from ${from} to ${to}`;
    throw new InvalidArgumentError(`expected a whole number${bounds}.`);
  };
}
