import { type Field, UnsupportedError } from "../evaluate-expression.js";
import type { Rational } from "../expression.js";

/** A complex number in double precision. */
export interface Complex {
  re: number;
  im: number;
}

/** Complex numbers in double precision; principal branches. A real odd root of a negative number is real. */
export const complexField: Field<Complex> = {
  rational: value => real(toDouble(value)),
  constant: name =>
    ({ Pi: real(Math.PI), E: real(Math.E), I: { re: 0, im: 1 }, Infinity: real(Number.POSITIVE_INFINITY) })[
      name
    ],
  add: (a, b) => ({ re: a.re + b.re, im: a.im + b.im }),
  multiply,
  divide,
  negate: a => ({ re: -a.re, im: a.im === 0 ? 0 : -a.im }),
  power,
  apply: (fn, args) => {
    const [a, b] = args as [Complex, Complex];
    const isReal = a.im === 0;
    switch (fn) {
      case "Sqrt":
        return sqrt(a);
      case "Root":
        if (isReal && a.re < 0 && b.im === 0 && Math.abs(b.re % 2) === 1)
          return real(-((-a.re) ** (1 / b.re)));
        return power(a, divide(real(1), b));
      case "Exp":
        return exp(a);
      case "Ln":
        return ln(a);
      case "Log":
        return divide(ln(a), ln(b));
      case "Sin":
        return isReal ? real(Math.sin(a.re)) : sine(a);
      case "Cos":
        return isReal ? real(Math.cos(a.re)) : cosine(a);
      case "Tan":
        return isReal ? real(Math.tan(a.re)) : divide(sine(a), cosine(a));
      case "Cot":
        return divide(cosine(a), sine(a));
      case "Sec":
        return divide(real(1), cosine(a));
      case "Csc":
        return divide(real(1), sine(a));
      case "Arcsin":
        if (isReal && Math.abs(a.re) <= 1) return real(Math.asin(a.re));
        break;
      case "Arccos":
        if (isReal && Math.abs(a.re) <= 1) return real(Math.acos(a.re));
        break;
      case "Arctan":
        if (isReal) return real(Math.atan(a.re));
        break;
      case "Sinh":
        if (isReal) return real(Math.sinh(a.re));
        break;
      case "Cosh":
        if (isReal) return real(Math.cosh(a.re));
        break;
      case "Tanh":
        if (isReal) return real(Math.tanh(a.re));
        break;
      case "Abs":
        return real(Math.hypot(a.re, a.im));
      case "Conjugate":
        return { re: a.re, im: -a.im };
      case "Floor":
        if (isReal) return real(Math.floor(nearInteger(a.re)));
        break;
      case "Ceil":
        if (isReal) return real(Math.ceil(nearInteger(a.re)));
        break;
      case "Factorial":
        if (isReal && Number.isInteger(a.re) && a.re >= 0) {
          if (a.re > 170) return real(Number.POSITIVE_INFINITY);
          let product = 1;
          for (let i = 2; i <= a.re; i++) product *= i;
          return real(product);
        }
        break;
      case "Binomial":
        if (isReal && b.im === 0 && [a.re, b.re].every(x => Number.isInteger(x) && x >= 0 && x <= 1000)) {
          let value = 1;
          for (let i = 1; i <= b.re; i++) value = (value * (a.re - b.re + i)) / i;
          return real(value);
        }
        break;
      case "Max":
        if (args.every(({ im }) => im === 0)) return real(Math.max(...args.map(({ re }) => re)));
        break;
      case "Min":
        if (args.every(({ im }) => im === 0)) return real(Math.min(...args.map(({ re }) => re)));
        break;
      case "Degrees":
        return multiply(a, real(Math.PI / 180));
    }
    throw new UnsupportedError(`${fn} of such a number`);
  },
};

/** `complexField` on the real numbers alone: the root of a negative number is unsupported rather than imaginary. */
export const realField: Field<Complex> = {
  ...complexField,
  constant: name => {
    if (name === "I") throw new UnsupportedError("not a real number");
    return complexField.constant(name);
  },
  power: (base, exponent) => insideReals(power(base, exponent)),
  apply: (fn, args) => insideReals(complexField.apply(fn, args)),
};

function insideReals(x: Complex): Complex {
  if (x.im !== 0) throw new UnsupportedError("not a real number");
  return x;
}

function real(re: number): Complex {
  return { re, im: 0 };
}

/** The nearest double, also where numerator and denominator are beyond a double's range. */
function toDouble({ n, d }: Rational): number {
  const [a, b] = [Number(n), Number(d)];
  if (Number.isFinite(a) && Number.isFinite(b)) return a / b;
  const shift = BigInt(Math.max(n.toString(16).length, d.toString(16).length) * 4 - 1000);
  const [small, smallD] = [Number(n >> shift), Number(d >> shift)];
  return smallD === 0 ? (n < 0n ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : small / smallD;
}

/** A floor must not fall by rounding: 2.9999999999999996 is 3. */
function nearInteger(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x - nearest) < 1e-11 * Math.max(1, Math.abs(x)) ? nearest : x;
}

function multiply(a: Complex, b: Complex): Complex {
  if (a.im === 0 && b.im === 0) return real(a.re * b.re);
  return { re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re };
}

function divide(a: Complex, b: Complex): Complex {
  if (b.im === 0) return { re: a.re / b.re, im: a.im === 0 ? 0 : a.im / b.re };
  const size = b.re * b.re + b.im * b.im;
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
}

function sqrt(a: Complex): Complex {
  if (a.im === 0) return a.re >= 0 ? real(Math.sqrt(a.re)) : { re: 0, im: Math.sqrt(-a.re) };
  const size = Math.hypot(a.re, a.im);
  const re = Math.sqrt((size + a.re) / 2);
  const im = Math.sqrt((size - a.re) / 2);
  return { re, im: a.im < 0 ? -im : im };
}

function exp(a: Complex): Complex {
  if (a.im === 0) return real(Math.exp(a.re));
  const size = Math.exp(a.re);
  return { re: size * Math.cos(a.im), im: size * Math.sin(a.im) };
}

function ln(a: Complex): Complex {
  if (a.im === 0 && a.re > 0) return real(Math.log(a.re));
  return { re: Math.log(Math.hypot(a.re, a.im)), im: Math.atan2(a.im, a.re) };
}

function power(base: Complex, exponent: Complex): Complex {
  // 0^0 and \\infty^0 have no value, whatever IEEE 754 says.
  if (exponent.re === 0 && exponent.im === 0 && (isZero(base) || !Number.isFinite(base.re)))
    return real(Number.NaN);
  if (exponent.im === 0) {
    if (base.im === 0 && (base.re >= 0 || Number.isInteger(exponent.re))) return real(base.re ** exponent.re);
    if (Number.isInteger(exponent.re) && Math.abs(exponent.re) <= 1024) {
      let result = real(1);
      for (let i = 0; i < Math.abs(exponent.re); i++) result = multiply(result, base);
      return exponent.re < 0 ? divide(real(1), result) : result;
    }
  }
  if (isZero(base)) return real(exponent.re > 0 ? 0 : Number.NaN);
  return exp(multiply(exponent, ln(base)));
}

function isZero(a: Complex): boolean {
  return a.re === 0 && a.im === 0;
}

function sine(a: Complex): Complex {
  return { re: Math.sin(a.re) * Math.cosh(a.im), im: Math.cos(a.re) * Math.sinh(a.im) };
}

function cosine(a: Complex): Complex {
  return { re: Math.cos(a.re) * Math.cosh(a.im), im: -Math.sin(a.re) * Math.sinh(a.im) };
}
