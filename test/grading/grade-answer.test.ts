import { describe, expect, it } from "vitest";
import { gradeAnswer } from "../../src/grading/grade-answer.js";

// Reference, answer, and what a mathematician says.
const cases: [gold: string, answer: string, verdict: string][] = [
  ["(-\\infty,-27)\\cup(-27,\\infty)", "(-\\infty,-37)\\cup(-27,\\infty)", "different"],
  ["(-\\infty,-27)\\cup(-27,\\infty)", "x\\neq -27", "equal"],
  ["(-\\infty,-27)\\cup(-27,\\infty)", "\\mathbb{R}\\setminus\\{-27\\}", "equal"],
  ["[2,\\infty)", "x\\ge 2", "equal"],
  ["(-1,3)", "-1<x<3", "equal"],
  ["x \\in [-2,7]", "-2\\le x\\le 7", "equal"],
  ["(2,4)", "(2,4)", "equal"],
  ["(2,4)", "(4,2)", "different"],
  ["[1,4]", "(1,4)", "different"],
  ["x=5", "5", "equal"],
  ["5", "x=5", "equal"],
  ["x=5", "y=5", "different"],
  ["y=2x+3", "2x-y+3=0", "equal"],
  ["y=2x+3", "2x-y=3", "different"],
  ["x^2+y^2=4", "\\frac{x^2}{4}+\\frac{y^2}{4}=1", "equal"],
  ["x-1=0", "x^2-1=0", "different"],
  ["3 \\pm 2 \\sqrt{2}", "3+2\\sqrt2, 3-2\\sqrt2", "equal"],
  ["3\\pm2\\sqrt2", "3-\\sqrt8,3+\\sqrt8", "equal"],
  ["2,3", "3 and 2", "equal"],
  ["-12 \\text{ or } -30", "-30, -12", "equal"],
  ["\\text{(A)}", "A", "equal"],
  ["\\text{A}", "(A)", "equal"],
  ["\\text{B,E}", "E, B", "equal"],
  ["\\text{even}", "even", "equal"],
  ["\\text{Saturday}", "saturday.", "equal"],
  ["\\text{even}", "odd", "different"],
  ["1011_2", "1011", "equal"],
  ["1011_2", "11", "equal"],
  ["1011_2", "1011_{2}", "equal"],
  ["1011_2", "1101_2", "different"],
  ["\\text{A5}_{11}", "A5_{11}", "equal"],
  ["1011_2", "B_{16}", "different"],
  ["0.0011_2", "\\frac{3}{16}", "equal"],
  ["0.0011_2", "0.0101_2", "different"],
  ["50^\\circ", "\\$50", "different"],
  ["\\frac{1}{2004!}", "36\\pi", "different"],
  ["\\frac{\\sqrt{2}}{2005!}", "\\frac{1}{2004!}", "undecided"],
  ["\\text{13}", "x = 13", "equal"],
  ["\\frac12", "\\sin 30^\\circ", "equal"],
  ["2\\cos 15^{\\circ}", "\\frac{\\sqrt6+\\sqrt2}{2}", "equal"],
  ["x=9", "= x = 9", "equal"],
  ["(-\\infty, 0) \\cup\\{1\\}", "(-\\infty, 0) \\cup\\{2\\}", "different"],
  ["33\\%", "33", "equal"],
  ["33\\%", "0.33", "equal"],
  ["0.33", "33\\%", "equal"],
  ["60^\\circ", "60", "equal"],
  ["60^\\circ", "\\frac{\\pi}{3}", "equal"],
  ["60^\\circ", "\\pi", "different"],
  ["18 \\text{ degrees}", "18^\\circ", "equal"],
  ["\\$5.40", "5.40 dollars", "equal"],
  ["80 \\text{ cents}", "\\$0.80", "equal"],
  ["5\\text{ cm}", "5 m", "different"],
  ["1 \\text{ m}", "100 \\text{ cm}", "equal"],
  ["15\\mbox{ cm}^2", "15", "equal"],
  ["100\\text{ square units}", "100", "equal"],
  ["10,\\!000", "10000", "equal"],
  ["10,000", "10{,}000", "equal"],
  ["111, \\! 111, \\! 111", "111111111", "equal"],
  ["1,234", "1, 234", "equal"],
  ["100,200", "200,100", "equal"],
  ["\\frac43", "4/3", "equal"],
  ["2\\frac12", "2.5", "equal"],
  ["2\\frac12", "5/2", "equal"],
  ["-2\\frac12", "-2.5", "equal"],
  ["\\frac13", "0.333333", "equal"],
  ["\\frac13", "0.33", "different"],
  ["\\frac13", "0.333334", "different"],
  ["\\frac23", "0.666667", "equal"],
  ["\\frac23", "0.666666", "equal"],
  ["-\\frac23", "-0.666668", "different"],
  ["0.142857142857", "0.142857", "equal"],
  ["0.142857142857", "0.142858", "different"],
  ["0.123456", "0.123457", "different"],
  ["0.999999", "1", "different"],
  ["0.30000000000000004", "0.3", "equal"],
  ["\\sqrt2", "1.41421356", "equal"],
  ["\\sqrt2", "1.414", "different"],
  ["x^2+2x+1", "(x+1)^2", "equal"],
  ["(x+1)(x-1)", "x^2-1", "equal"],
  ["\\frac{x^2-1}{x-1}", "x+1", "equal"],
  ["\\sin^2 x+\\cos^2x", "1", "equal"],
  ["2\\sin b\\cos a", "\\sin(a+b)+\\sin(b-a)", "equal"],
  ["\\frac{1}{1+\\sqrt2}", "\\sqrt2-1", "equal"],
  ["\\sqrt{5+2\\sqrt6}", "\\sqrt2+\\sqrt3", "equal"],
  ["10^{20}+\\sqrt2", "10^{20}+\\sqrt3", "different"],
  ["\\binom{2n}{n}", "\\frac{(2n)!}{n!^2}", "equal"],
  ["2^{n+1}", "2\\cdot2^n", "equal"],
  ["\\lfloor n/2\\rfloor", "\\left\\lfloor\\frac{n}{2}\\right\\rfloor", "equal"],
  ["\\lceil n/2\\rceil", "\\lfloor (n+1)/2\\rfloor", "equal"],
  ["\\begin{pmatrix}1\\\\2\\end{pmatrix}", "(1,2)", "equal"],
  ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{bmatrix}1 & 2\\\\ 3 & 4\\end{bmatrix}", "equal"],
  ["\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{bmatrix}1 & 3\\\\ 2 & 4\\end{bmatrix}", "different"],
  [
    "\\begin{pmatrix} 7/17 & -3/17 \\\\ 1/17 & 2/17 \\end{pmatrix}",
    "\\frac1{17}\\begin{pmatrix}7&-3\\\\1&2\\end{pmatrix}",
    "equal",
  ],
  ["9^{9^{9^9}}", "5", "different"],
  ["9^{9^{9^9}}", "9^{9^{9^9}}", "equal"],
  ["9^{9^{9^9}}", "9^{9^{9^8}}", "undecided"],
  ["2^{4181}", "2^{4180}\\cdot2", "equal"],
  ["2^{4181}", "2^{4181}+1", "different"],
  ["\\frac{100!}{2^{50}}", "\\frac{100!}{4^{25}}", "equal"],
  ["\\{1,2\\}", "1,2", "equal"],
  ["\\{1,2\\}", "\\{2,1\\}", "equal"],
  ["\\{5\\}", "5", "equal"],
  ["\\emptyset", "\\varnothing", "equal"],
  ["\\emptyset", "\\{\\}", "equal"],
  ["\\text{empty}", "\\emptyset", "equal"],
  ["\\frac{\\pi}{6}", "30^\\circ", "equal"],
  ["i\\sqrt3,-i\\sqrt3", "\\pm i\\sqrt3", "equal"],
  ["e^{i\\pi}", "-1", "equal"],
  ["1,-1,i,-i", "-i,i,-1,1", "equal"],
  ["3:5", "\\frac35", "equal"],
  ["3:5", "6:10", "equal"],
  ["1:1", "1", "equal"],
  ["f(x)=2x", "2x", "equal"],
  ["\\angle BEA_1=90", "90", "equal"],
  ["AB=9, CD=4", "CD=4, AB=9", "equal"],
  ["a=2, a=-6-4\\sqrt2", "a=-6-4\\sqrt{2}, 2", "equal"],
  ["x<-1 \\text{ or } x>3", "(-\\infty,-1)\\cup(3,\\infty)", "equal"],
  ["x>1 \\text{ and } x<3", "(1,3)", "equal"],
  ["\\tan \\theta = 2\\theta", "2\\theta=\\tan\\theta", "equal"],
  ["0.\\overline{3}", "1/3", "equal"],
  ["1.5\\times 10^{-3}", "0.0015", "equal"],
  ["\\text{four}", "4", "equal"],
  ["8\\!:\\!34 \\text{ p.m.}", "8:34 PM", "equal"],
  ["4\\!:\\!51\\!:\\!06 \\text{ p.m.}", "4:51:06 pm", "equal"],
  ["\\approx 8.24 \\text{ mph}", "8.24", "equal"],
  ["\\sqrt[3]{4}", "4^{1/3}", "equal"],
  ["\\log_2 8", "3", "equal"],
  ["\\ln e^2", "2", "equal"],
  ["\\log 100", "2", "equal"],
  ["\\infty", "+\\infty", "equal"],
  ["-\\infty", "\\infty", "different"],
  ["x = \\frac{3}{2}", "\\frac32", "equal"],
  ["k \\geqslant 2", "k\\ge 2", "equal"],
  ["k \\geqslant 2", "k>2", "different"],
  ["x>y", "y<x", "equal"],
  ["2x>2y", "x>y", "equal"],
  ["2x>2y", "x<y", "different"],
  ["-x>-y", "x<y", "equal"],
  ["\\frac{1}{2}, -\\frac{1}{12}", "-\\frac1{12},\\frac12", "equal"],
  ["-1,3,3", "-1,3", "different"],
  ["16 \\sqrt{3}", "16\\sqrt{3}\\text{ cm}", "equal"],
  ["2007 + \\frac\\pi 2", "2007+\\pi/2", "equal"],
  ["", "5", "unparsed"],
  ["5", "", "unparsed"],
  ["5", "\\frac{", "unparsed"],
  ["5", "x = 2 = 5", "equal"],
  ["x=\\frac32", "x = 3/2 = 1.5", "equal"],
  ["5", "{".repeat(100_000), "unparsed"],
  ["5", "5\u0000", "equal"],
  ["5", "(".repeat(100_000), "unparsed"],
  ["x", "1".repeat(100_000), "unparsed"],
  ["5", "\\boxed{5}", "equal"],
  ["5", "$5$", "equal"],
  ["5", "\\(5\\)", "equal"],
  ["5", "\\text{5}", "equal"],
  ["5", "\\text{The answer is }5", "equal"],
  ["p - q", "p-q", "equal"],
  ["\\frac{1}{2}", "half", "different"],
  ["\\text{June 20}", "June 20", "equal"],
  ["C", "\\text{C}", "equal"],
  ["(\\text{E})", "E", "equal"],
  ["7,-2, \\text{ and } -5", "-5,-2,7", "equal"],
  ["\\left[ \\frac{5}{2}, \\frac{7}{2} \\right)", "[2.5,3.5)", "equal"],
  ["[a+b,b]", "[b+a,b]", "equal"],
  ["\\cot^2 x", "\\frac{1}{\\tan^2 x}", "equal"],
  ["\\cos^{-1} \\frac12", "\\pi/3", "equal"],
  ["\\arccos\\frac12", "60^\\circ", "equal"],
  ["10 000", "10000", "equal"],
  ["\\sqrt{x^2}", "x", "equal"],
  ["|x|", "x", "different"],
  ["12x-4y+3z-169=0", "-12x+4y-3z+169=0", "equal"],
  ["12x-4y+3z-169=0", "12x-4y+3z=169", "equal"],
  ["\\text{No}", "\\text{Yes}", "different"],
  ["2\\sqrt2", "2\\sqrt{2} \\approx 2.828", "equal"],
  ["2.828", "2\\sqrt{2} \\approx 2.828", "equal"],
  ["(1,2),(3,4)", "(3,4),(1,2)", "equal"],
  ["(1,2),(3,4)", "\\{(3,4),(1,2)\\}", "equal"],
  ["(-4, 27);(2, 15)", "(2,15),(-4,27)", "equal"],
  ["1+2i", "1+2j", "different"],
  ["x_1=2, x_2=3", "2,3", "equal"],
  ["\\frac{n(n+1)}{2}", "\\sum_{i=1}^n i", "undecided"],
  ["\\langle 1,2\\rangle", "(1,2)", "equal"],
  ["3\\text{ boxes}", "3", "equal"],
  ["0,3a", "3a,0", "equal"],
  ["\\text{ellipse}", "an ellipse", "equal"],
  ["5 \\text{ or } 6", "5", "different"],
  ["(2,3)", "x=2, y=3", "equal"],
  ["(2,3)", "y=3, x=2", "different"],
  ["(2,3)", "x=2, x=3", "different"],
  ["x<2, y>3", "y<2, x>3", "different"],
  ["x>3", "y>3", "different"],
  ["x \\in \\mathbb R", "(-\\infty,\\infty)", "equal"],
  ["\\{1,2,3\\}", "{3,2,1}", "equal"],
  ["\\text{x < 5}", "\\text{x > 5}", "different"],
  ["\\text{1.5 hours}", "\\text{15 hours}", "different"],
  ["\\sec^{-1} 2", "\\frac{\\pi}{3}", "equal"],
  ["\\operatorname{arcsec} 2", "\\frac{\\pi}{3}", "equal"],
  ["\\cot^{-1} 1", "45^\\circ", "equal"],
  ["\\sum_{i=1}^n i", "\\sum_{i=1}^n i^2", "undecided"],
  ["2\\sum_{i=1}^n i", "\\sum_{i=1}^n i+\\sum_{i=1}^n i", "equal"],
  ["5\\text{ constructor}", "5", "equal"],
  ["\\text{constructor}", "\\text{valueOf}", "different"],
  ["x+1", "\\operatorname{constructor}(x)", "different"],
];

describe("gradeAnswer", () => {
  it.each(cases)("%s against %s: %s", (gold, answer, expected) => {
    const { verdict, reason, method, ms, goldForm, answerForm } = gradeAnswer({ gold, answer });
    expect({ verdict, reason: expected === "unparsed" ? undefined : reason }).toEqual({
      verdict: expected,
      reason: undefined,
    });
    expect(ms).toBeLessThan(1000);
    if (verdict === "unparsed") expect(reason).toMatch(/^the (reference|answer): ./);
    else expect(method).not.toBe("none");
    if (method !== "identical" && verdict !== "unparsed")
      expect([goldForm, answerForm]).not.toContain(undefined);
  });

  it("says the same with reference and answer exchanged", () => {
    for (const [gold, answer, expected] of cases) {
      if (expected === "unparsed") continue;
      expect([gold, answer, gradeAnswer({ gold: answer, answer: gold }).verdict]).toEqual([
        gold,
        answer,
        expected,
      ]);
    }
  });

  it.each([
    ["sums in sums", `${"\\sum_{i=1}^n ".repeat(90)}i`],
    ["matrices in matrices", `${"\\begin{pmatrix}".repeat(20)}1${"\\end{pmatrix}".repeat(20)}`],
    ["20,000 commas", `1${",".repeat(20_000)}2`],
  ])("does not take long over %s", (_, answer) => {
    const { verdict, ms, reason } = gradeAnswer({ gold: "x+1", answer });
    expect(verdict).not.toBe("equal");
    expect(reason ?? "").not.toMatch(/failed/);
    expect(ms).toBeLessThan(1000);
  });

  it("names the method that decided", () => {
    const method = (gold: string, answer: string) => gradeAnswer({ gold, answer }).method;
    expect(method("\\dfrac12", "\\frac12")).toBe("identical");
    expect(method("\\frac12", "0.5")).toBe("numeric");
    expect(method("\\frac13", "0.333333")).toBe("approximate");
    expect(method("(x+1)^2", "x^2+2x+1")).toBe("symbolic");
    expect(method("\\frac{x^2-1}{x-1}", "x+1")).toBe("sampled points");
    expect(method("1,2", "2,1")).toBe("list");
    expect(method("(1,2)", "(1,3)")).toBe("tuple");
    expect(method("\\{1,2\\}", "\\{2,1\\}")).toBe("set");
    expect(method("x>2", "(2,\\infty)")).toBe("interval");
    expect(method("y=2x", "2y=4x")).toBe("relation");
    expect(method("\\text{even}", "\\text{odd}")).toBe("text");
    expect(method("1 \\text{ m}", "100 \\text{ cm}")).toBe("unit");
    expect(method("1011_2", "1011")).toBe("base");
  });
});
