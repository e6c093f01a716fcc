/** A unit of measurement: its dimension, and how many of the dimension's base unit it is. */
export interface Unit {
  dimension: string;
  scale: number;
}

const units = new Map<string, [dimension: string, scale: number]>();
const define = (dimension: string, scale: number, ...names: string[]) => {
  for (const name of names) units.set(name, [dimension, scale]);
};
define("length", 0.001, "mm", "millimeter", "millimetre");
define("length", 0.01, "cm", "centimeter", "centimetre");
define("length", 1, "m", "meter", "metre");
define("length", 1000, "km", "kilometer", "kilometre");
define("length", 0.0254, "in", "inch", "inche");
define("length", 0.3048, "ft", "foot", "feet");
define("length", 0.9144, "yd", "yard");
define("length", 1609.344, "mi", "mile");
define("mass", 0.001, "mg", "milligram");
define("mass", 1, "g", "gm", "gram");
define("mass", 1000, "kg", "kilogram");
define("mass", 28.349523125, "oz", "ounce");
define("mass", 453.59237, "lb", "pound");
define("time", 1, "s", "sec", "second");
define("time", 60, "min", "minute");
define("time", 3600, "h", "hr", "hour");
define("time", 86400, "day");
define("time", 604800, "week");
define("dollars", 1, "$", "dollar", "usd");
define("dollars", 0.01, "¢", "cent");
define("volume", 1, "l", "liter", "litre");
define("volume", 0.001, "ml", "milliliter", "millilitre");
define("volume", 3.785411784, "gallon");
define("speed", 1, "mph", "mile per hour", "mile/hour");
define("speed", 0.621371192237334, "km/h", "kph", "kilometer per hour");

/**
 * The unit that a text names: `cm`, `square inches`, `ft^2`, `miles per hour`; undefined where it is none of the table,
 * as "ways", "students" or "units" are not.
 */
export function parseUnit(text: string): Unit | undefined {
  let name = text
    .toLowerCase()
    .replace(/[.{}\\]/g, "")
    .replace(/\s+/g, " ")
    .trim();
  let power = 1;
  const exponent = /\s*\^\s*([23])$/.exec(name);
  if (exponent) {
    power = Number(exponent[1]);
    name = name.slice(0, exponent.index);
  }
  const prefix = /^(square|sq|cubic|cu) /.exec(name);
  if (prefix) {
    power = prefix[1]!.startsWith("s") ? 2 : 3;
    name = name.slice(prefix[0].length);
  }
  const unit = units.get(name) ?? units.get(name.replace(/s( per|\/|$)/, "$1"));
  if (!unit) return undefined;
  const [dimension, scale] = unit;
  return power === 1 ? { dimension, scale } : { dimension: `${dimension}^${power}`, scale: scale ** power };
}
