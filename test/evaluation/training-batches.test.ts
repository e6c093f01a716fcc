import { describe, expect, it } from "vitest";
import { trainingBatches } from "../../src/evaluation/training-batches.js";

const pairs = (name: string, count: number) =>
  Array.from({ length: count }, (_, i) => ({ question: `${name}${i}`, answer: "1" }));
const questions = pairs("q", 6);
const hardTrain = pairs("h", 10);

function steps(mix: "curriculum" | "mixed" | "questions-only", count: number, from = questions) {
  const next = trainingBatches({
    questions: from,
    hardTrain,
    training: { mix, warmup: 3 },
    batchSize: 4,
    seed: 1,
  });
  return Array.from({ length: count }, () => next().map(({ question }) => question));
}

describe("batchSchedule", () => {
  it("curriculum: the questions alone for the warm-up, then hard train alone", () => {
    const all = steps("curriculum", 8);
    expect(
      all
        .slice(0, 3)
        .flat()
        .every(name => name.startsWith("q")),
    ).toBe(true);
    expect(
      all
        .slice(3)
        .flat()
        .every(name => name.startsWith("h")),
    ).toBe(true);
    // Each goes once through before any comes again.
    expect(new Set(all.slice(0, 3).flat().slice(0, 6)).size).toBe(6);
    expect(new Set(all.slice(3).flat().slice(0, 10)).size).toBe(10);
  });

  it("mixed: one pass of four batches holds all of both", () => {
    expect(new Set(steps("mixed", 4).flat())).toEqual(
      new Set([...questions, ...hardTrain].map(({ question }) => question)),
    );
  });

  it("the questions alone, and hard train alone where there are no questions", () => {
    expect(
      steps("questions-only", 9)
        .flat()
        .every(name => name.startsWith("q")),
    ).toBe(true);
    expect(
      steps("curriculum", 9, [])
        .flat()
        .every(name => name.startsWith("h")),
    ).toBe(true);
  });

  it("gives the same batches again", () => {
    expect(steps("mixed", 9)).toEqual(steps("mixed", 9));
  });
});
