import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { gradeAnswer } from "../../src/grading/grade-answer.js";

/** Reference, and answers to it: those that say the same, and those that must not be paid. */
type Row = [answer: string, equal: string[], unequal: string[]];

const kinds: Record<string, Row[]> = {
  "pairs and intervals": [
    [
      "(2,9)",
      ["(2, 9)", "\\left(2,9\\right)", "2<x<9", "x \\in (2,9)", "x=2, y=9"],
      ["(2,3),(2,4),(2,9)", "(2,9),(2,2)", "(2,9)\\cup(2,3)", "[2,9]", "(9,2)", "\\{2,9\\}", "x>2, x<9, x>3"],
    ],
    [
      "(1,2),(1,3)",
      ["(1,3),(1,2)", "(1,2)\\text{ and }(1,3)", "\\{(1,2),(1,3)\\}"],
      ["(1,3)", "(1,2),(1,3),(1,3)", "(1,2)\\cup(1,3)"],
    ],
    ["(1,1)", ["(1,1)"], ["\\emptyset", "\\{\\}", "1", "\\{1\\}"]],
    [
      "(-\\infty,-1)\\cup(1,\\infty)",
      ["x<-1 \\text{ or } x>1", "|x|>1", "(1,\\infty)\\cup(-\\infty,-1)", "(-\\infty,-1),(1,\\infty)"],
      [
        "(-\\infty,-1)",
        "(-\\infty,\\infty)",
        "(-\\infty,-1)\\cup(1,\\infty)\\cup(2,3)",
        "x<-1 \\text{ and } x>1",
      ],
    ],
    [
      "[0,5]",
      ["0\\le x\\le 5", "x \\in [0,5]"],
      [
        "0,5",
        "\\langle 0,5\\rangle",
        "\\begin{pmatrix}0\\\\5\\end{pmatrix}",
        "\\begin{bmatrix}0&5\\end{bmatrix}",
        "(0,5)",
        "\\{0,5\\}",
      ],
    ],
    [
      "(0,\\infty)",
      ["x>0"],
      ["0,\\infty", "\\langle 0,\\infty\\rangle", "[0,\\infty)", "x \\ge 0", "x>0 \\text{ or } x>-1"],
    ],
  ],
  "sides of equations": [
    ["34x+45y-20z+100=0", ["-34x-45y+20z=100", "0=68x+90y-40z+200"], ["0", "34x+45y-20z+100", "100", "0=0"]],
    ["x^2+y^2=1", ["y^2=1-x^2", "2x^2+2y^2-2=0"], ["1", "x^2+y^2", "x^2+y^2=2"]],
    [
      "7",
      ["x=7", "7=x", "f(2)=7", "AB=7", "\\angle ABC=7", "P(A)=7", "x=14/2=7", "14/2=7"],
      ["x+y=7", "x(x+1)=7", "7=7x", "8-1=7=8", "a(b+c)=7"],
    ],
    ["f(x)=2x+1", ["2x+1", "1+2x", "f(x)=1+2x"], ["f(x)", "x"]],
    ["x(x+1)=0", [], ["0", "x"]],
  ],
  chains: [
    [
      "5",
      ["5=5", "x=\\frac{10}{2}=5", "\\sqrt{25}=5"],
      [
        "3\\approx 5",
        "5\\approx 3",
        "3=5",
        "x=3=5",
        "x=5=3",
        "3 \\approx x = 5",
        "0=5",
        "5\\ne 3",
        "3\\to 5",
      ],
    ],
    [
      "\\sqrt2",
      ["\\sqrt2\\approx 1.414", "x=\\sqrt2\\approx1.41", "\\sqrt2\\approx 1.4"],
      ["\\sqrt2\\approx 1.5", "1.414", "\\sqrt2 \\approx \\sqrt3"],
    ],
    ["1.414", ["\\sqrt2\\approx 1.414"], ["\\sqrt3\\approx1.414", "\\sqrt2\\approx 2 \\approx 1.414"]],
    ["17.5\\%", ["17.5%"], ["17.5% \\Rightarrow 1.21", "17.5% 1.21", "17.5% \\implies 3", "17.5% + 1"]],
    ["3", [], ["\\pi\\approx 3", "e\\approx 3", "2.5 \\approx 3 \\approx 2"]],
  ],
  "names and bases": [
    ["x=1, y=2", ["x=1,y=2", "y=2, x=1", "1,2", "(1,2)"], ["2,1", "(2,1)", "x=2,y=1", "a=1,b=2"]],
    ["p=5,q=2;p=7,q=2", ["(5,2),(7,2)", "(7,2),(5,2)"], ["(2,5),(2,7)", "(5,2)", "5,2,7,2"]],
    ["x=1, x=2", ["1,2", "2,1", "\\{1,2\\}"], ["(1,2)", "1"]],
    ["10", ["1010_2"], ["10_2", "10_{16}", "10_{\\text{two}}"]],
    [
      "1010_2",
      ["1010_{2}", "1010", "1010_{\\text{two}}", "10"],
      ["1010_3", "1011_2", "1010_2 \\text{ dozen}"],
    ],
    ["4210_5", ["4210_{\\text{five}}"], ["4210_6", "4211_5"]],
  ],
  words: [
    [
      "5",
      [
        "5\\text{ ways}",
        "\\text{5 apples}",
        "5 \\text{ distinct integers}",
        "five",
        "\\text{The answer is } 5",
        "Answer: 5",
        "\\text{So the answer is: }5",
        "5\\text{ cm}",
        "5^{th}",
        "5.",
        "\\underline{5}",
        "\\color{red}{5}",
        "5 \\tag{2}",
      ],
      [
        "5\\text{ million}",
        "5\\text{ hundred}",
        "\\text{half of }5",
        "\\text{not }5",
        "\\text{more than }5",
        "5\\text{ or more}",
        "5\\text{ squared}",
        "\\text{about }5",
        "\\cancel{5}",
        "5\\text{ is wrong}",
        "5?",
        "\\text{twice } 5",
        "5\\text{ times }2",
        "\\text{between 4 and }5",
        "5 dozen",
        "minus 5",
        "5 \\text{ thirds}",
        "\\text{5 or 6}",
      ],
    ],
    [
      "5000000",
      ["5\\text{ million}", "5 million", "5{,}000{,}000", "5\\,000\\,000", "5'000'000", "5 \\times 10^6"],
      ["5", "5\\text{ billion}", "5\\text{ thousand}"],
    ],
    [
      "\\frac12",
      ["\\sin 30^\\circ", "\\sfrac12", "\\nicefrac{1}{2}", "0.5"],
      ["\\text{sin } 30^\\circ", "half of 1 million"],
    ],
    ["\\text{Yes}", ["yes", "YES", "Yes."], ["sey", "No", "\\text{not yes}"]],
    ["C", ["c", "\\text{C}", "(C)", "(C)\\ 42", "\\textbf{(C) } 42", "C. 5"], ["D", "(D) C", "\\text{(B)}"]],
    ["42", [], ["(C) 42", "C. 42"]],
    [
      "\\emptyset",
      ["\\text{no solution}", "\\text{There are no real solutions}", "\\{\\}", "none"],
      ["0", "\\{0\\}", "\\text{no idea}"],
    ],
    [
      "\\mathbb{R}",
      ["\\text{all real numbers}", "(-\\infty,\\infty)", "x \\in \\mathbb{R}"],
      ["\\text{all positive real numbers}", "\\mathbb{Q}"],
    ],
    ["21", ["twenty-one", "\\text{Twenty one}"], ["twenty", "\\text{one and twenty}"]],
  ],
  units: [
    [
      "50",
      [
        "50m",
        "50 J",
        "10\\cdot 5\\text{ m/s}",
        "50 \\mathrm{~m} / \\mathrm{s}",
        "£50",
        "\\$50",
        "50 元",
        "50\\text{ m²}",
        "50^\\circ C",
        "50 \\text{ kg}\\cdot\\text{m}",
      ],
      ["50k", "50x", "m50"],
    ],
    [
      "5 cm^2",
      ["5 \\text{ cm}^2", "5", "5 \\text{ square centimeters}", "0.0005 \\text{ m}^2", "500 \\text{ mm}^2"],
      ["5 cm^3", "5\\text{ cm}", "5 \\text{ m}^2", "5^\\circ", "\\$5"],
    ],
    [
      "10 \\text{ m/s}",
      ["36 \\text{ km/h}", "10", "10 \\mathrm{~m} / \\mathrm{s}", "10 m/s"],
      ["36", "10 \\text{ m}", "10\\text{ km/h}", "10 \\text{ m/s}^2"],
    ],
    [
      "\\$20",
      ["20", "20 \\text{ dollars}", "2000\\text{ cents}"],
      ["£20", "20 \\text{ cm}", "20^\\circ", "20\\%"],
    ],
    ["3:30", ["3:30", "3:30 \\text{ p.m.}"], ["1:10", "6:60", "0.1", "7:00"]],
    ["3:5", ["6:10", "\\frac35", "0.6", "3\\text{ to }5"], ["5:3", "3,5", "3:50"]],
    ["180-2\\alpha", ["180^\\circ-2\\alpha"], ["180-\\alpha", "\\pi - 2\\alpha"]],
  ],
  "tiny and large values": [
    ["\\frac{1}{2004!}", [], ["0.000000", "0", "\\frac{1}{2005!}", "10^{-5000}"]],
    ["1.211e-13", ["1.211\\times10^{-13}"], ["3.161e-13", "1.212e-13", "0"]],
    ["e^{-1000}", ["\\frac{1}{e^{1000}}", "(e^{-500})^2"], ["e^{-1001}", "0", "2e^{-1000}"]],
    ["10^{20}", ["\\sqrt{10^{40}}"], ["\\sqrt{10^{40}+1}", "10^{20}+10^{-20}", "10^{20}+\\sqrt2"]],
    ["631", [], ["\\ln(1+e^{631})", "631+10^{-30}"]],
    [
      "2^{65536}",
      ["2^{2^{16}}", "4^{32768}", "2^{65535}\\cdot 2", "2^{65535}+2^{65535}"],
      ["2^{65535}", "2^{65536}+1"],
    ],
    ["2000", ["\\frac{2000!}{1999!}", "\\binom{2000}{1}"], ["\\frac{2000!}{1998!}"]],
    [
      "0",
      ["10^{10^{10}}-10^{10^{10}}", "\\sin\\pi", "\\sqrt2-\\frac{2}{\\sqrt2}"],
      ["10^{-50}", "\\sin 3.14159265358979"],
    ],
    ["\\frac13", ["0.333333", "0.3333333333"], ["0.33333", "0.333334", "0.3"]],
    ["\\infty", ["+\\infty", "\\text{infinity}"], ["\\infty-\\infty", "\\frac10", "-\\infty"]],
    ["1", ["2^0"], ["\\infty^0", "0^0", "1^\\infty"]],
  ],
  functions: [
    [
      "x",
      ["\\sqrt[3]{x^3}", "\\frac{x^2}{x}"],
      ["\\lfloor x\\rfloor", "\\sqrt{x^2}", "|x|", "\\lceil x\\rceil", "x+10^{-12}", "y"],
    ],
    ["n", [], ["\\lfloor n/2\\rfloor\\cdot 2"]],
    [
      "\\lfloor n/2\\rfloor",
      ["\\left\\lfloor\\frac n2\\right\\rfloor"],
      ["n/2", "\\lceil n/2\\rceil", "\\frac{n-1}{2}"],
    ],
    ["|z|^2", ["z\\overline{z}"], ["z^2"]],
    ["a\\sqrt{b}", ["\\sqrt{b}a"], ["\\sqrt{a^2b}", "-a\\sqrt b"]],
    ["(x^2-2)^{5/3}", ["(x^2-2)\\sqrt[3]{x^2-2}^2", "\\sqrt[3]{(x^2-2)^5}"], ["|x^2-2|^{5/3}"]],
    ["-2", ["(-8)^{1/3}", "\\sqrt[3]{-8}"], ["2"]],
    ["2n\\pi", ["2k\\pi", "2\\pi n", "2k\\pi, k \\in \\mathbb{Z}"], ["2x\\pi", "k\\pi", "2\\pi"]],
    ["v_0^2", ["v^2_0", "v_{0}^{2}"], ["v_1^2", "v_0"]],
    [
      "120",
      ["\\prod_{k=1}^{5} k", "\\sum_{i=1}^{15} i", "5!", "\\sum_{k=1}^{15} k"],
      ["\\prod_{k=1}^{4} k", "\\sum_{k=1}^{5} k"],
    ],
    ["\\prod_{i=1}^{441} (x+i)", [], ["\\prod_{i=1}^{441} (x+i+2)", "(x+i)^{441}"]],
    ["\\frac13", ["\\int_0^1 x^2\\,dx"], ["\\int_0^1 x\\,dx"]],
    ["x_{\\max}", ["x_{max}", "x_{\\text{max}}"], ["x_{\\min}"]],
    ["2x^3+c", ["2x^3+c\\text{ for any real constant }c", "c+2x^3"], ["2x^3", "2x^3-c \\text{ for } c=1"]],
  ],
  "sets and matrices": [
    ["|x|<2", ["-2<x<2", "(-2,2)"], ["x<2", "|x|\\le 2"]],
    [
      "\\{2k : k \\in \\mathbb{Z}\\}",
      ["\\{2n \\mid n \\in \\mathbb{Z}\\}"],
      [
        "\\{4k : 2k\\in\\mathbb{Z}\\}",
        "\\{2k : k \\in \\mathbb{N}\\}",
        "\\{2k+1 : k \\in \\mathbb{Z}\\}",
        "2",
      ],
    ],
    [
      "\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}",
      [
        "\\left[\\begin{array}{cc}1&2\\\\3&4\\end{array}\\right]",
        "\\begin{bmatrix}1&2\\\\3&4\\end{bmatrix}",
        "\\begin{pmatrix}0&1\\\\1&2\\end{pmatrix}+\\begin{pmatrix}1&1\\\\2&2\\end{pmatrix}",
      ],
      ["\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}", "\\begin{pmatrix}1&3\\\\2&4\\end{pmatrix}", "1,2,3,4"],
    ],
    [
      "-2",
      ["\\det\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "\\begin{vmatrix}1&2\\\\3&4\\end{vmatrix}"],
      ["\\begin{pmatrix}-2\\\\-2\\end{pmatrix}"],
    ],
    [
      "\\begin{pmatrix}1\\\\2\\end{pmatrix}",
      ["(1,2)", "(1,2)^T", "\\langle 1,2\\rangle"],
      ["[1,2]", "(2,1)"],
    ],
    ["\\{1,2\\}", ["2,1", "\\{2,1,1\\}"], ["(1,2)", "\\{1\\}", "1,2,3", "1,1,2"]],
    ["\\pm\\sqrt2,\\pm\\sqrt3", ["\\sqrt2,-\\sqrt2,\\sqrt3,-\\sqrt3"], ["\\sqrt2,\\sqrt3", "\\pm\\sqrt2"]],
  ],
  "plain text": [
    ["x \\ge 5", ["x >= 5", "x>=5", "5<=x", "[5,\\infty)"], ["x > 5", "x <= 5"]],
    ["x \\ne 3", ["x != 3", "x!=3"], ["x=3"]],
    ["1 \\le x < 5", ["1<=x<5", "[1,5)"], ["1<x<5"]],
    ["1024", ["2^10", "2**10", "2^{10}"], ["2^1 0", "20"]],
    ["\\frac{1}{100}", ["10^-2", "10^(-2)"], ["10^2", "10^{-}2"]],
    ["e^{-8x}\\cos(9x)", ["x^0*e^(-8*x)*cos(9*x)"], ["e^(-8)*x*cos(9*x)"]],
    ["(1,2)", ["（1，2）", "( 1 , 2 )"], ["（2，1）"]],
    ["1,2", ["1、2", "１，２"], ["12"]],
    ["-2\\le x\\le 7", ["-2 \\\\le x \\\\le 7"], []],
    ["12", ["１２", "12\\,"], ["1 2", "1\\quad 2", "\u202e12", "21"]],
  ],
};

describe.each(Object.entries(kinds))("%s", (_, rows) => {
  it.each(rows)("%s", (answer, equal, unequal) => {
    const paid = (given: string) => gradeAnswer({ answer, given }).verdict === "equal";
    expect(equal.filter(given => !paid(given))).toEqual([]);
    expect(unequal.filter(paid)).toEqual([]);
  });
});

const collected = new URL("../../../shared/data/grader/failing.jsonl", import.meta.url);

describe.runIf(existsSync(collected))("answers collected from suites and reports", () => {
  it("are judged as a mathematician does", () => {
    const wrong = readFileSync(collected, "utf8")
      .trim()
      .split("\n")
      .map(line => JSON.parse(line))
      // Their tolerance is a field of the data set, which the samples leave out.
      .filter(({ kind }) => !kind.startsWith("tolerance"))
      .filter(
        ({ gold: answer, answer: given, expected }) =>
          (gradeAnswer({ answer, given }).verdict === "equal") !== (expected === "equal"),
      );
    expect(wrong).toEqual([]);
  });
});
