import { readFileSync } from "node:fs";
import { BigDecimal } from "@cortex-js/compute-engine";
import { describe, expect, it } from "vitest";
import { evaluateExpression, UnsupportedError } from "../../src/grading/evaluate-expression.js";
import type { Expression } from "../../src/grading/expression.js";
import { complexField } from "../../src/grading/number-fields/complex-field.js";
import { polynomialField } from "../../src/grading/number-fields/polynomial-field.js";
import { preciseField } from "../../src/grading/number-fields/precise-field.js";
import { rationalField } from "../../src/grading/number-fields/rational-field.js";
import { parseAnswer } from "../../src/grading/parse-answer.js";

// From mpmath: fixtures/make_references.py.
const values: Record<string, [re: string, im: string]> = JSON.parse(
  readFileSync(new URL("./fixtures/values.json", import.meta.url), "utf8"),
);

function parse(latex: string): Expression {
  const answer = parseAnswer(latex);
  if (answer.kind !== "formula") throw new Error(`${latex} is a ${answer.kind}`);
  return answer.expression;
}

describe("values beside mpmath's", () => {
  it.each(Object.entries(values))("%s in double precision", (latex, [re, im]) => {
    const value = evaluateExpression(parse(latex), complexField);
    const size = Math.max(1e-300, Math.hypot(Number(re), Number(im)));
    expect(Math.hypot(value.re - Number(re), value.im - Number(im)) / size).toBeLessThan(1e-13);
  });

  it.each(Object.entries(values))("%s in 60 digits", (latex, [re, im]) => {
    const expression = parse(latex);
    let value: { re: BigDecimal; im: BigDecimal };
    try {
      value = evaluateExpression(expression, preciseField);
    } catch (error) {
      // Whole-number functions are the exact field's.
      if (!(error instanceof UnsupportedError)) throw error;
      const { n, d } = evaluateExpression(expression, rationalField);
      value = { re: new BigDecimal(n).div(new BigDecimal(d)), im: BigDecimal.ZERO };
    }
    const gap = value.re
      .sub(new BigDecimal(re))
      .abs()
      .add(value.im.sub(new BigDecimal(im)).abs());
    const size = new BigDecimal(re).abs().add(new BigDecimal(im).abs());
    expect(gap.div(size).toNumber()).toBeLessThan(1e-42);
  });
});

describe("exact fields", () => {
  const exact = (latex: string) => {
    const { n, d } = evaluateExpression(parse(latex), rationalField);
    return `${n}/${d}`;
  };

  it.each([
    ["\\frac{6}{-4}", "-3/2"],
    ["0.1+0.2", "3/10"],
    ["0.1\\overline{6}", "1/6"],
    ["\\sqrt{\\frac{49}{4}}", "7/2"],
    ["\\sqrt[3]{27}", "3/1"],
    ["8^{-2/3}", "1/4"],
    ["\\lfloor -2.5\\rfloor", "-3/1"],
    ["\\lceil -2.5\\rceil", "-2/1"],
    ["\\binom{5}{2}", "10/1"],
    ["\\gcd(12,18)", "6/1"],
    ["-1\\frac12", "-3/2"],
    ["2^{200}\\cdot 2^{-199}", "2/1"],
  ])("%s is %s", (latex, expected) => {
    expect(exact(latex)).toBe(expected);
  });

  it.each([
    "\\sqrt{2}",
    "\\pi",
    "9^{9^{9^9}}",
    "99999!",
    "\\binom{10^{99}}{10^{9}}",
    "\\frac{1}{0}",
    "\\sqrt{-4}",
  ])("%s is none that can be written out", latex => {
    expect(() => exact(latex)).toThrow(UnsupportedError);
  });

  it("expand polynomials", () => {
    const symbol = (name: string) => new Map([[`${name}^1`, { n: 1n, d: 1n }]]);
    const expanded = evaluateExpression(parse("(x+y)^2(x-y)/2"), polynomialField, symbol);
    const terms = [...expanded].map(([monomial, { n, d }]) => `${n}/${d} ${monomial}`).sort();
    expect(terms).toEqual(["-1/2 x^1*y^2", "-1/2 y^3", "1/2 x^2*y^1", "1/2 x^3"]);
    expect(evaluateExpression(parse("(x+1)(x-1)-x^2+1"), polynomialField, symbol).size).toBe(0);
    expect(() => evaluateExpression(parse("\\frac{1}{x}"), polynomialField, symbol)).toThrow(
      UnsupportedError,
    );
  });
});
