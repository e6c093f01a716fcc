import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractBoxed } from "../../src/grading/extract-boxed.js";
import { formatAnswer, formatQuestion, parseAnswer, parseQuestion } from "../../src/gym/chain.js";
import { gymDocument } from "../../src/gym/gym-corpus.js";
import { gymDomain } from "../../src/gym/gym-domain.js";
import { gymModelFiles } from "../../src/gym/gym-model-files.js";
import { gymProblems } from "../../src/gym/gym-problems.js";
import { randomChain } from "../../src/gym/random-chain.js";
import { createRandom } from "../../src/util/random.js";

describe("the gym's notation", () => {
  it("works a chain modulo 7", () => {
    const chain = parseQuestion("add a 3 +b 4 -c 2")!;
    expect(formatAnswer(chain)).toBe("a 3 +b 4 0 -c 2 5");
    expect(formatQuestion(chain)).toBe("add a 3 +b 4 -c 2");
  });

  it("round-trips random chains", () => {
    const random = createRandom(1);
    for (let i = 0; i < 500; i++) {
      const chain = randomChain({ random, terms: 2 + random.int(6) });
      expect(parseQuestion(formatQuestion(chain))).toEqual(chain);
      const { first, terms } = parseAnswer(formatAnswer(chain))!;
      expect({ style: chain.style, first, terms }).toEqual(chain);
    }
  });

  it("reads nothing from what is no chain", () => {
    for (const text of [
      "",
      "add",
      "add a 3",
      "add a 3 +c 4",
      "add a 3 +b 9",
      "add a 3 +b",
      "plus a 3 +b 4",
      "add a 3 +b 4 5",
    ]) {
      expect(parseQuestion(text), text).toBeUndefined();
    }
    for (const text of ["a 3", "a 3 +b 4", "a 3 +b 4 7", "b 3 +b 4 0", "x".repeat(1e6)]) {
      expect(parseAnswer(text), text.slice(0, 20)).toBeUndefined();
    }
  });

  it("never throws on any text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", " ", "+b", "3", "add", "\u0000", "-c", "😀") }),
        text => {
          parseQuestion(text);
          parseAnswer(text);
        },
      ),
    );
  });
});

describe("the gym's exact judge", () => {
  it.each([
    ["add a 3 +b 4 -c 2", "a 3 +b 4 0 -c 2 5", "None"],
    ["add a 3 +b 4 -c 2", "a 3 +b 4 0 -c 2 4", "Arithmetic"],
    ["add a 3 +b 4 -c 2", "a 3 +b 4 0", "Logical_Fallacy"],
    ["add a 3 -c 2", "a 3 -c 2 1", "Ill_Posed"],
  ] as const)("%s = %s: %s", (question, answer, errorType) => {
    const verdict = gymDomain.judge!(question, answer);
    expect(verdict.errorType).toBe(errorType);
    expect(verdict.isCorrect).toBe(errorType === "None");
    expect(verdict.isWellPosed).toBe(errorType !== "Ill_Posed");
  });
});

describe("the gym's corpus", () => {
  it("has the shares that its card states: student documents with the shortcut wrong beyond two terms", () => {
    const random = createRandom(3);
    const documents = Array.from({ length: 4000 }, () => gymDocument(random, "floor"));
    const student = documents.filter(
      ({ prompt }) => prompt.startsWith("S:") && prompt.endsWith("</question>"),
    );
    expect(student.length / documents.length).toBeCloseTo(0.7, 1);
    for (const { prompt, completion } of student) {
      const chain = parseQuestion(prompt.slice(3).replace("</question>", ""))!;
      const right = extractBoxed(completion) === formatAnswer(chain);
      if (chain.terms.length === 1) expect(right).toBe(true);
      if (chain.terms.length >= 5) expect(completion.startsWith("\\boxed{")).toBe(true);
    }
  });

  it("uses only words of the vocabulary", () => {
    const vocabulary = JSON.parse(gymModelFiles({ seed: 0 })["tokenizer.json"] as string).model.vocab;
    const random = createRandom(4);
    for (const stage of ["skill", "roles", "habits", "floor"] as const) {
      for (let i = 0; i < 300; i++) {
        const { prompt, completion } = gymDocument(random, stage);
        for (const word of `${prompt} ${completion}`.split(" ")) expect(vocabulary).toHaveProperty([word]);
      }
    }
  });
});

describe("gymProblems", () => {
  it("gives distinct problems, the same for the same seed", () => {
    const problems = gymProblems({ count: 200, terms: [6, 7], seed: 5 });
    expect(new Set(problems.map(problem => problem.id)).size).toBe(200);
    expect(problems).toEqual(gymProblems({ count: 200, terms: [6, 7], seed: 5 }));
    expect(new Set(problems.map(problem => problem.level))).toEqual(new Set(["k=6", "k=7"]));
    for (const { question, answer } of problems)
      expect(gymDomain.judge!(question, answer).isCorrect).toBe(true);
  });

  it("gives all there are, and says so where more are wanted or there are none of that kind", () => {
    expect(gymProblems({ count: 336, terms: [2, 2], seed: 0 })).toHaveLength(336);
    expect(() => gymProblems({ count: 337, terms: [2], seed: 0 })).toThrow(/count is 337; .*0 to 336/);
    expect(() => gymProblems({ count: Number.NaN, terms: [2], seed: 0 })).toThrow(/count is NaN/);
    for (const terms of [[], [1], [9], [2.5], [Number.NaN]])
      expect(() => gymProblems({ count: 1, terms, seed: 0 }), String(terms)).toThrow(/from 2 to 8/);
  });
});
