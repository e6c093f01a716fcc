import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { attachVerdicts } from "../../../src/grading/judge/attach-verdicts.js";
import { questionSubset } from "../../../src/grading/judge/question-subset.js";
import type { QuestionVerdict } from "../../../src/grading/question-verdict.js";

const right: QuestionVerdict = { isWellPosed: true, isCorrect: true, errorType: "None", verifiedAnswer: "1" };
const wrong: QuestionVerdict = { ...right, isCorrect: false, errorType: "Arithmetic" };
const illPosed: QuestionVerdict = { ...wrong, isWellPosed: false, errorType: "Ill_Posed" };

describe("questionSubset", () => {
  const records = [
    { id: 1, verdict: right },
    { id: 2, verdict: wrong },
    { id: 3, verdict: illPosed },
    { id: 4, verdict: right },
  ];
  const ids = (subset: { id: number }[]) => subset.map(({ id }) => id);

  it("takes all, the right ones, or the well-posed ones, in their order", () => {
    expect(ids(questionSubset(records, "all"))).toEqual([1, 2, 3, 4]);
    expect(ids(questionSubset(records, "correct"))).toEqual([1, 4]);
    expect(ids(questionSubset(records, "well-posed"))).toEqual([1, 2, 4]);
    expect(questionSubset([], "correct")).toEqual([]);
  });

  it("needs a verdict of each, except for all", () => {
    const some = [...records, { id: 5, verdict: undefined }, { id: 6, verdict: undefined }];
    expect(ids(questionSubset(some, "all"))).toHaveLength(6);
    for (const subset of ["correct", "well-posed"] as const) {
      expect(() => questionSubset(some, subset)).toThrow(
        `the subset "${subset}" needs verdicts, and 2 of 6 questions have none; have them judged first`,
      );
    }
  });
});

describe("attachVerdicts", () => {
  let file: string;
  const write = (...rows: object[]) => writeFile(file, rows.map(row => `${JSON.stringify(row)}\n`).join(""));
  const records = [
    { step: 1, question: "a", answer: "1" },
    { step: 2, question: "a", answer: "2", verdict: right },
    { step: 3, question: "a", answer: "1", verdict: illPosed },
    { step: 4, question: "b", answer: "1", verdict: right },
  ];

  beforeAll(async () => {
    file = join(await mkdtemp(join(tmpdir(), "verdicts-")), "verdicts.jsonl");
  });

  it("matches by question and answer, and leaves no verdict of another judge", async () => {
    await write(
      { question: "a", answer: "1", verdict: right, step: 9 },
      { question: "a", answer: "2", verdict: right },
      { question: "a", answer: "2", verdict: wrong },
      { question: "b", answer: "1", verdict: null, reason: "it holds no JSON object" },
    );
    const attached = await attachVerdicts({ records, file });
    expect(attached.map(({ step, verdict }) => [step, verdict])).toEqual([
      [1, right],
      [2, wrong],
      [3, right],
      [4, undefined],
    ]);
    expect(records[1]!.verdict).toEqual(right);
    expect(() => questionSubset(attached, "correct")).toThrow(/1 of 4 questions have none/);
  });

  it("names what is wrong with a file", async () => {
    await expect(attachVerdicts({ records, file: "nowhere.jsonl" })).rejects.toThrow(
      /nowhere.jsonl: no such file/,
    );
    await write();
    await expect(attachVerdicts({ records, file })).rejects.toThrow(
      /no verdicts in it; have them judged first/,
    );
    await write({ question: "a", answer: "1", verdict: right }, { question: "a", verdict: right });
    await expect(attachVerdicts({ records, file })).rejects.toThrow(/verdicts.jsonl:2: .*answer/s);
    await write({ question: "a", answer: "1", verdict: { ...right, errorType: "Typo" } });
    await expect(attachVerdicts({ records, file })).rejects.toThrow(/verdicts.jsonl:1: .*errorType/s);
    await writeFile(file, '{"question":"a","answer":"1","verdict":null}\n{"question":"a"');
    await expect(attachVerdicts({ records, file })).rejects.toThrow(/last line is cut short/);
  });
});
