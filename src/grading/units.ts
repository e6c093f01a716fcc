import type { Rational } from "./expression.js";
import { rationalField } from "./number-fields/rational-field.js";
import { parseDecimal } from "./parse-decimal.js";

/** A unit of measurement: its dimension, and how many of the dimension's base unit it is. */
export interface Unit {
  /** Base dimensions with their powers, sorted: `length time^-1` for a speed. */
  dimension: string;
  scale: Rational;
}

type Powers = ReadonlyMap<string, number>;

interface Entry {
  powers: Powers;
  scale: Rational;
}

const table = new Map<string, Entry>();

/** `dimension` is a base dimension, or units that are known already. */
function define(dimension: string, scale: string, ...names: string[]): void {
  const base = parsePowers(dimension);
  const factor = parseDecimal(scale)!.value;
  const entry = base
    ? { powers: base.powers, scale: rationalField.multiply(base.scale, factor) }
    : { powers: new Map([[dimension, 1]]), scale: factor };
  for (const name of names) table.set(name, entry);
}

define("length", "1", "m", "meter", "metre");
define("m", "0.001", "mm", "millimeter", "millimetre");
define("m", "0.01", "cm", "centimeter", "centimetre");
define("m", "0.1", "dm", "decimeter", "decimetre");
define("m", "1000", "km", "kilometer", "kilometre");
define("m", "0.0254", "in", "inch", "inche");
define("m", "0.3048", "ft", "foot", "feet");
define("m", "0.9144", "yd", "yard");
define("m", "1609.344", "mi", "mile");
define("m^2", "10000", "ha", "hectare");
define("m^2", "4046.8564224", "acre");
define("mass", "1", "kg", "kilogram");
define("kg", "0.000001", "mg", "milligram");
define("kg", "0.001", "g", "gm", "gram");
define("kg", "1000", "tonne");
define("kg", "0.028349523125", "oz", "ounce");
define("kg", "0.45359237", "lb", "pound");
define("time", "1", "s", "sec", "second");
define("s", "0.001", "ms", "millisecond");
define("s", "60", "min", "minute");
define("s", "3600", "h", "hr", "hour");
define("s", "86400", "day");
define("s", "604800", "week");
define("month", "1", "month");
define("month", "12", "year", "yr");
define("dollars", "1", "$", "dollar", "usd");
define("$", "0.01", "¢", "cent");
define("euros", "1", "€", "euro", "eur");
define("pounds sterling", "1", "£", "gbp");
define("yen", "1", "¥", "yen", "jpy");
define("yuan", "1", "元", "yuan", "rmb", "cny");
define("rupees", "1", "₹", "rupee", "inr");
define("m^3", "0.001", "l", "liter", "litre");
define("m^3", "0.000001", "ml", "cc", "milliliter", "millilitre");
define("m^3", "0.003785411784", "gallon", "gal");
define("m s^-1", "0.44704", "mph");
define("km h^-1", "1", "kph", "kmh");
define("kg m s^-2", "1", "n", "newton");
define("n m", "1", "j", "joule");
define("j", "1000", "kj", "kilojoule");
define("j s^-1", "1", "w", "watt");
define("w", "1000", "kw", "kilowatt");
define("n m^-2", "1", "pa", "pascal");
define("s^-1", "1", "hz", "hertz");
define("current", "1", "ampere", "amp");
define("temperature", "1", "k", "kelvin");
define("amount", "1", "mol", "mole");
define("charge", "1", "coulomb");
define("voltage", "1", "v", "volt");
define("resistance", "1", "ohm");
define("celsius", "1", "celsius", "°c");
define("fahrenheit", "1", "fahrenheit", "°f");
define("radians", "1", "rad", "radian");

/**
 * Returns the unit that a text names: `cm`, `square inches`, `ft^2`, `miles per hour`, `kg m/s^2`; undefined if it names
 * no unit of the table, as "ways", "students" or "units" do not.
 */
export function parseUnit(text: string): Unit | undefined {
  if (text.length > 60) return undefined;
  const name = text
    .toLowerCase()
    .replace(/\\(?:text|mathrm)|[{}\\]|\.(?!\d)/g, " ")
    .replace(/²/g, "^2")
    .replace(/³/g, "^3")
    .replace(/\s*\^\s*/g, "^")
    .replace(/\bper\b/g, "/")
    .replace(/\s*\/\s*/g, "/")
    .replace(/\s+/g, " ")
    .trim();
  const entry = parsePowers(name);
  if (!entry) return undefined;
  const dimension = [...entry.powers]
    .filter(([, power]) => power !== 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([base, power]) => (power === 1 ? base : `${base}^${power}`))
    .join(" ");
  return { dimension, scale: entry.scale };
}

/** Factors with powers, those after a slash in the denominator. */
function parsePowers(text: string): Entry | undefined {
  const powers = new Map<string, number>();
  let scale: Rational = { n: 1n, d: 1n };
  for (const [part, factors] of text.split("/").entries()) {
    let prefix = 1;
    for (const factor of factors.split(/ |\*|·|cdot/)) {
      if (factor === "") continue;
      const square = /^(?:(square|sq)|(cubic|cu))$/.exec(factor);
      if (square) {
        prefix = square[1] ? 2 : 3;
        continue;
      }
      const [, name, , exponent] = /^([^\d^-]+)(\^?(-?[1-4]))?$/.exec(factor) ?? [];
      const entry = name && (table.get(name) ?? table.get(name.replace(/s$/, "")));
      if (!entry) return undefined;
      const power = prefix * Number(exponent ?? 1) * (part === 0 ? 1 : -1);
      prefix = 1;
      for (const [base, own] of entry.powers) powers.set(base, (powers.get(base) ?? 0) + own * power);
      scale = rationalField.multiply(scale, rationalField.power(entry.scale, { n: BigInt(power), d: 1n }));
    }
    if (prefix !== 1) return undefined;
  }
  return powers.size > 0 ? { powers, scale } : undefined;
}
