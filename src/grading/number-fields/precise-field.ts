import { BigDecimal } from "@cortex-js/compute-engine";
import { type Field, UnsupportedError } from "../evaluate-expression.js";

/** A complex number of 60 decimal digits. */
export interface Precise {
  re: BigDecimal;
  im: BigDecimal;
}

// Set for the whole of compute-engine, of which nothing else in this package uses numbers.
BigDecimal.precision = 60;

const zero = BigDecimal.ZERO;
const one = BigDecimal.ONE;
const half = BigDecimal.HALF;
/** Beyond this, arguments of exponential and trigonometric functions lose their digits. */
const maxArgument = 1e6;

/** Complex numbers of 60 digits, to tell apart what double precision cannot. Same branches as `complexField`. */
export const preciseField: Field<Precise> = {
  rational: ({ n, d }) => real(new BigDecimal(n).div(new BigDecimal(d))),
  constant: name => {
    if (name === "Infinity") throw new UnsupportedError("infinity");
    return { Pi: () => real(BigDecimal.PI), E: () => real(one.exp()), I: () => ({ re: zero, im: one }) }[
      name
    ]();
  },
  add: (a, b) => ({ re: a.re.add(b.re), im: a.im.add(b.im) }),
  multiply,
  divide,
  negate: a => ({ re: a.re.neg(), im: a.im.neg() }),
  power,
  apply: (fn, args) => {
    const [a, b] = args as [Precise, Precise];
    switch (fn) {
      case "Sqrt":
        return sqrt(a);
      case "Root": {
        const order = realPart(b).toNumber();
        if (a.im.isZero() && a.re.isNegative() && Math.abs(order % 2) === 1) {
          return preciseField.negate(power(real(a.re.neg()), divide(real(one), b)));
        }
        return power(a, divide(real(one), b));
      }
      case "Exp":
        return exp(a);
      case "Ln":
        return ln(a);
      case "Log":
        return divide(ln(a), ln(b));
      case "Sin":
        return real(angle(a).sin());
      case "Cos":
        return real(angle(a).cos());
      case "Tan":
        return divide(real(angle(a).sin()), real(angle(a).cos()));
      case "Cot":
        return divide(real(angle(a).cos()), real(angle(a).sin()));
      case "Sec":
        return divide(real(one), real(angle(a).cos()));
      case "Csc":
        return divide(real(one), real(angle(a).sin()));
      case "Arcsin":
        return real(realPart(a).asin());
      case "Arccos":
        return real(realPart(a).acos());
      case "Arctan":
        return real(realPart(a).atan());
      case "Abs":
        return a.im.isZero() ? real(a.re.abs()) : real(a.re.mul(a.re).add(a.im.mul(a.im)).sqrt());
      case "Conjugate":
        return { re: a.re, im: a.im.neg() };
      case "Degrees":
        return multiply(a, real(BigDecimal.PI.div(new BigDecimal(180))));
      default:
        throw new UnsupportedError(`${fn} in high precision`);
    }
  },
};

function real(re: BigDecimal): Precise {
  return { re, im: zero };
}

function realPart(a: Precise): BigDecimal {
  if (!a.im.isZero()) throw new UnsupportedError("a complex argument");
  return a.re;
}

function angle(a: Precise): BigDecimal {
  const value = realPart(a);
  if (Math.abs(value.toNumber()) > maxArgument) throw new UnsupportedError("a large angle");
  return value;
}

function multiply(a: Precise, b: Precise): Precise {
  if (a.im.isZero() && b.im.isZero()) return real(a.re.mul(b.re));
  return { re: a.re.mul(b.re).sub(a.im.mul(b.im)), im: a.re.mul(b.im).add(a.im.mul(b.re)) };
}

function divide(a: Precise, b: Precise): Precise {
  if (b.re.isZero() && b.im.isZero()) throw new UnsupportedError("division by zero");
  if (b.im.isZero()) return { re: a.re.div(b.re), im: a.im.isZero() ? zero : a.im.div(b.re) };
  const size = b.re.mul(b.re).add(b.im.mul(b.im));
  return {
    re: a.re.mul(b.re).add(a.im.mul(b.im)).div(size),
    im: a.im.mul(b.re).sub(a.re.mul(b.im)).div(size),
  };
}

function sqrt(a: Precise): Precise {
  if (a.im.isZero()) return a.re.isNegative() ? { re: zero, im: a.re.neg().sqrt() } : real(a.re.sqrt());
  const size = a.re.mul(a.re).add(a.im.mul(a.im)).sqrt();
  const im = size.sub(a.re).mul(half).sqrt();
  return { re: size.add(a.re).mul(half).sqrt(), im: a.im.isNegative() ? im.neg() : im };
}

function exp(a: Precise): Precise {
  if (Math.abs(a.re.toNumber()) > 20_000) throw new UnsupportedError("a large exponent");
  const size = a.re.exp();
  if (a.im.isZero()) return real(size);
  const turn = angle(real(a.im));
  return { re: size.mul(turn.cos()), im: size.mul(turn.sin()) };
}

function ln(a: Precise): Precise {
  if (a.im.isZero() && a.re.isPositive()) return real(a.re.ln());
  if (a.im.isZero() && a.re.isNegative()) return { re: a.re.neg().ln(), im: BigDecimal.PI };
  if (a.re.isZero() && a.im.isZero()) throw new UnsupportedError("the logarithm of zero");
  const size = a.re.mul(a.re).add(a.im.mul(a.im)).ln().mul(half);
  // atan2 for an imaginary part that is not 0.
  const steep = a.re.div(a.im).atan();
  const quarter = BigDecimal.PI.mul(half);
  return { re: size, im: a.im.isNegative() ? quarter.neg().sub(steep) : quarter.sub(steep) };
}

function power(base: Precise, exponent: Precise): Precise {
  if (exponent.im.isZero() && exponent.re.isInteger()) {
    const n = exponent.re.toNumber();
    if (Math.abs(n) > 100_000) throw new UnsupportedError("a large exponent");
    let result = real(one);
    let square = base;
    for (let left = Math.abs(n); left > 0; left = Math.floor(left / 2)) {
      if (left % 2 === 1) result = multiply(result, square);
      square = multiply(square, square);
    }
    return n < 0 ? divide(real(one), result) : result;
  }
  if (base.re.isZero() && base.im.isZero()) {
    if (exponent.re.isPositive()) return real(zero);
    throw new UnsupportedError("zero to a power of zero or less");
  }
  return exp(multiply(exponent, ln(base)));
}
