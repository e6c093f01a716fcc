import { InvalidArgumentError } from "commander";
import { parse as parseYaml } from "yaml";
import { setPath } from "../util/set-path.js";

/** Reads an option that is a whole number within bounds. */
export function wholeNumber(from: number, to = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return text => {
    const value = Number(text);
    if (/^\s*\d+\s*$/.test(text) && value >= from && value <= to) return value;
    const bounds = to === Number.MAX_SAFE_INTEGER ? `, at least ${from}` : ` from ${from} to ${to}`;
    throw new InvalidArgumentError(`expected a whole number${bounds}.`);
  };
}

/** Reads an option that is a finite number. */
export function numberOption(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("expected a number, such as 0.5.");
}

/** Reads an option that is a finite number above 0. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("expected a number above 0.");
}

/** Sets "a.b=value" in a configuration; the value is read as YAML, so numbers and booleans are what they look like. */
export function applySetOption(input: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf("=");
  if (at < 1) throw new Error(`--set ${assignment}: expected path=value, e.g. student.steps=8`);
  setPath(input, assignment.slice(0, at), parseValue(assignment, assignment.slice(at + 1)));
}

function parseValue(assignment: string, text: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    throw new Error(`--set ${assignment}: the value is not valid YAML: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** For options that may be repeated. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}
