import type { Rational } from "./expression.js";
import { rational } from "./number-fields/rational.js";

/**
 * A number as compute-engine writes it: `-12`, `0.5`, `3e5`, `0.(3)` for a repeating part. Exact; undefined if it is
 * not a number, or if its power of ten is beyond 5,000.
 */
export function parseDecimal(text: string): { value: Rational; decimals?: number } | undefined {
  const match = /^([+-]?)(\d*)(?:\.(\d*)(?:\((\d+)\))?)?(?:[eE]([+-]?\d{1,6}))?$/.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", part = "", repeating = "", power = "0"] = match;
  if (whole === "" && part === "" && repeating === "") return undefined;
  const exponent = Number(power);
  if (Math.abs(exponent) > 5000) return undefined;
  let n = BigInt(whole + part || "0");
  let d = 10n ** BigInt(part.length);
  if (repeating) {
    const nines = 10n ** BigInt(repeating.length) - 1n;
    n = n * nines + BigInt(repeating);
    d *= nines;
  }
  if (exponent > 0) n *= 10n ** BigInt(exponent);
  if (exponent < 0) d *= 10n ** BigInt(-exponent);
  const value = rational(sign === "-" ? -n : n, d);
  return part === "" || repeating ? { value } : { value, decimals: Math.max(0, part.length - exponent) };
}
