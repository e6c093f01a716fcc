import { describe, expect, it } from "vitest";
import { extractAnswer } from "../../src/grading/extract-answer.js";
import { extractBoxed } from "../../src/grading/extract-boxed.js";

describe("extractBoxed", () => {
  it.each([
    ["so \\boxed{5}", "5"],
    ["\\boxed{1} and then \\boxed{\\frac{1}{2}}.", "\\frac{1}{2}"],
    ["\\boxed{\\{1, 2\\}}", "\\{1, 2\\}"],
    ["\\boxed{\\text{a \\} b}}", "\\text{a \\} b}"],
    ["\\boxed{done} \\boxed{cut off", "done"],
    ["\\boxed{outer \\boxed{inner}}", "inner"],
    ["\\fbox{7}", "7"],
    ["\\boxed {8}", "8"],
    ["our answer is $\\boxed 9$.", "9"],
    ["\\boxed{\n 10 \n}", "10"],
    ["no box", undefined],
    ["\\boxed", undefined],
    ["\\boxed{", undefined],
    ["\\boxedthing{5}", undefined],
    ["", undefined],
  ])("%j has %j", (text, expected) => {
    expect(extractBoxed(text)).toBe(expected);
  });

  it("is linear: a megabyte of openings takes no time", () => {
    const started = performance.now();
    expect(extractBoxed("\\boxed{".repeat(150_000))).toBe(undefined);
    expect(extractBoxed(`\\boxed{3}${"{".repeat(1_000_000)}`)).toBe("3");
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe("extractAnswer", () => {
  const ways = ["boxed", "answer is", "last"] as const;

  it.each([
    ["First \\boxed{1}. The answer is 2.", "1", "boxed"],
    ["The answer is 3.5. Good.", "3.5", "answer is"],
    ["the answer is: $\\frac{1}{2}$, I think", "\\frac{1}{2}", "answer is"],
    ["**Final answer:** 12", "12", "answer is"],
    ["We get $x = 2$ and $y = 3$.", "y = 3", "last"],
    ["We get 1,234 of them, or 5%", "5%", "last"],
  ])("%j gives %j by %s", (text, answer, by) => {
    expect(extractAnswer({ text, ways })).toEqual({ answer, by });
  });

  it("takes only a box by default", () => {
    expect(extractAnswer({ text: "The answer is 2." })).toBe(undefined);
    expect(extractAnswer({ text: "", ways })).toBe(undefined);
  });
});
