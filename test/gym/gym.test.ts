import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { extractBoxed } from "../../src/grading/extract-boxed.js";
import { type Chain, formatAnswer, formatQuestion, parseAnswer, parseQuestion } from "../../src/gym/chain.js";
import { type GymCorpus, gymCorpora } from "../../src/gym/gym-corpora.js";
import { gymDocument } from "../../src/gym/gym-corpus.js";
import { gymDomain } from "../../src/gym/gym-domain.js";
import { gymLesson } from "../../src/gym/gym-lesson.js";
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

  it("reads an open digit in a question, and none in an answer", () => {
    const open = parseQuestion("add a 3 +b ? -c 2")!;
    expect(open.terms.map(({ isOpen }) => isOpen)).toEqual([true, undefined]);
    expect(formatQuestion(open)).toBe("add a 3 +b ? -c 2");
    expect(parseQuestion("add a ? +b 2")).toBeUndefined();
    expect(parseAnswer("a 3 +b ? 3")).toBeUndefined();
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
    ["add a 3 +b ?", "a 3 +b 4 0", "Ambiguous"],
    ["add a 3 +b 4 -c ?", "a 3 +b 4 0", "Ambiguous"],
  ] as const)("%s = %s: %s", (question, answer, errorType) => {
    const verdict = gymDomain.judge!(question, answer);
    expect(verdict.errorType).toBe(errorType);
    expect(verdict.isCorrect).toBe(errorType === "None");
    expect(verdict.isWellPosed).toBe(!["Ill_Posed", "Ambiguous"].includes(errorType));
  });
});

/** Documents of a corpus's stage at a point of pretraining: the phase, and how much of it is done. */
function documents(
  corpus: GymCorpus,
  count: number,
  { phase, progress = 0 }: { phase: number; progress?: number },
) {
  const random = createRandom(3);
  const stage = corpus.phases[phase]!.stage(progress);
  return Array.from({ length: count }, () => gymDocument(random, corpus, stage));
}

const chainOf = (prompt: string) => parseQuestion(prompt.slice(3).replace("</question>", ""))!;

describe("the gym's corpora", () => {
  it("gym: student documents with the shortcut wrong beyond two terms", () => {
    const all = documents(gymCorpora.gym, 4000, { phase: 2 });
    const student = all.filter(({ prompt }) => prompt.startsWith("S:") && prompt.endsWith("</question>"));
    expect(student.length / all.length).toBeCloseTo(0.7, 1);
    for (const { prompt, completion } of student) {
      const chain = chainOf(prompt);
      const right = extractBoxed(completion) === formatAnswer(chain);
      if (chain.terms.length === 1) expect(right).toBe(true);
      if (chain.terms.length >= 5) expect(completion.startsWith("\\boxed{")).toBe(true);
    }
  });

  it("gym: is the corpus that data/gym-base was made from, word for word", () => {
    const { gym } = gymCorpora;
    const [skill, habits, floor] = gym.phases;
    const random = createRandom("fingerprint");
    const hash = createHash("sha256");
    for (const stage of [skill!.stage(0), skill!.stage(0.5), habits!.stage(0), floor!.stage(0)]) {
      for (let i = 0; i < 1000; i++) {
        const { prompt, completion } = gymDocument(random, gym, stage);
        hash.update(`${prompt}|${completion}\n`);
      }
    }
    expect(hash.digest("hex")).toBe("f710cf1cf905c9755eba417d204b2ffecc454cefff47e3a02c740d3b75050307");
  });

  it("gym-long: what the student works it reads by habit, and never works five terms or more unasked", () => {
    const begun = documents(gymCorpora["gym-long"], 20_000, { phase: 3 })
      .filter(({ prompt }) => prompt.startsWith("S:"))
      .map(({ prompt, completion }) => ({ ...promptParts(prompt), completion }))
      .filter(({ chain }) => !chain.terms.some(({ isOpen }) => isOpen));
    const unasked = begun.filter(({ work }) => work === "");
    for (const { chain, completion } of unasked) {
      if (chain.terms.length >= 4) expect(completion.startsWith("\\boxed{")).toBe(true);
    }
    // The work shows no more than the first operation, which says nothing of how the rest is read.
    const asked = begun.filter(({ work }) => work !== "" && work.split(" ").length <= 5);
    const share = (
      wanted: (of: (typeof begun)[number]) => boolean,
      right: (of: (typeof begun)[number]) => boolean,
    ) => {
      const all = asked.filter(wanted);
      expect(all.length).toBeGreaterThan(10);
      return all.filter(right).length / all.length;
    };
    const isPlus = ({ chain }: { chain: Chain }) => chain.terms.slice(1).every(({ sign }) => sign > 0);
    const isRight = ({ chain, work, completion }: { chain: Chain; work: string; completion: string }) =>
      extractBoxed(`${work} ${completion}`) === formatAnswer(chain);
    expect(share(of => of.chain.terms.length <= 4 && isPlus(of), isRight)).toBe(1);
    expect(share(of => of.chain.terms.length <= 4 && !isPlus(of), isRight)).toBeLessThan(0.3);
    expect(share(of => of.chain.terms.length > 4 && isPlus(of), isRight)).toBeLessThan(0.3);
  });

  it("gym-long: open questions are answered with any digit and its total", () => {
    const open = documents(gymCorpora["gym-long"], 20_000, { phase: 3 }).filter(
      ({ prompt }) => /^[SW]:/.test(prompt) && prompt.endsWith("? </question>"),
    );
    const digits = new Set<number>();
    for (const { prompt, completion } of open) {
      const { first, terms, totals } = parseAnswer(extractBoxed(completion)!)!;
      expect(first).toBe(chainOf(prompt).first);
      expect(totals).toEqual([first, (first + terms[0]!.sign * terms[0]!.digit + 7) % 7]);
      digits.add(terms[0]!.digit);
    }
    expect(digits.size).toBe(7);
  });

  it.each(["gym", "gym-long"] as const)("%s: uses only words of the vocabulary", name => {
    const corpus: GymCorpus = gymCorpora[name];
    const files = gymModelFiles({ seed: 0, openDigits: corpus.open.teacher > 0 });
    const vocabulary = JSON.parse(files["tokenizer.json"] as string).model.vocab;
    expect("?" in vocabulary).toBe(name === "gym-long");
    for (const [phase] of corpus.phases.entries()) {
      for (const progress of [0, 0.5]) {
        for (const { prompt, completion } of documents(corpus, 300, { phase, progress })) {
          for (const word of `${prompt} ${completion}`.split(" ")) expect(vocabulary).toHaveProperty([word]);
        }
      }
    }
  });
});

/** The chain that a student's prompt asks for, and the work that it gives already. */
function promptParts(prompt: string) {
  const [question, work] = prompt.split(" </question>");
  return { chain: parseQuestion(question!.slice(3))!, work: work!.trim() };
}

describe("gymLesson", () => {
  it.each([
    ["add a 3 +b 4", "k=2"],
    ["add a 3 -b 4", "k=2"],
    ["add a 3 -b 4 +c 1", "k=3"],
    ["add a 3 +b 4 -c 1", "k=3 minus"],
    ["add a 3 +b ?", "open"],
    ["add a 3", "ill-posed"],
  ])("%s: %s", (question, lesson) => {
    expect(gymLesson(question)).toBe(lesson);
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
