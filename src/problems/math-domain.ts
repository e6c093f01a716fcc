import { type CreateGraderParams, createGrader } from "../grading/create-grader.js";
import type { ExtractionOptions } from "../grading/extract-answer.js";
import { type BoxedAnswers, boxedAnswers } from "./boxed-answers.js";
import type { Domain } from "./domain.js";

const task = `Write one new and original mathematics problem that is challenging: solving it should take two or three steps of reasoning. Choose its subject from these seven: Algebra, Counting and Probability, Geometry, Intermediate Algebra, Number Theory, Prealgebra, Precalculus. The problem must be complete in itself and have exactly one correct final answer.`;

const teacher = `${task}

Reply with exactly one problem, the question between question tags and its final answer in a box between answer tags:
<question>the problem</question>
<answer>\\boxed{its final answer}</answer>
Put any working of your own outside the tags.`;

const teacherQuestion = `${task}

Reply with the text of the problem alone, without a solution.`;

const teacherAnswer = "Now solve this problem: reason step by step, then give the final answer in \\boxed{}.";

const student = `A conversation between a User and an Assistant. The User asks a mathematics problem, and the Assistant solves it: the Assistant reasons step by step, then gives the final answer in \\boxed{}.

User: {question}

Assistant:`;

/** Threads and budget of the grader, and how to find a completion's answer (default: the last box, as in SOAR). */
export type CreateMathDomainParams = CreateGraderParams & ExtractionOptions;

/** The maths domain; its scores include the verdicts that they are derived from. */
export interface MathDomain extends Domain, BoxedAnswers {
  score: BoxedAnswers["score"];
  close(): Promise<void>;
}

/**
 * Competition mathematics: answers in LaTeX, graded on threads. The prompts say what App. B.1 asks for in our own words.
 * An answer may take a second of work.
 */
export function createMathDomain({
  ways,
  boxes,
  drafts,
  ...params
}: CreateMathDomainParams = {}): MathDomain {
  const grader = createGrader({ budgetMs: 1000, ...params });
  return {
    name: "math",
    version: "1",
    prompts: { teacher, teacherQuestion, teacherAnswer, student },
    ...boxedAnswers({
      parses: async answers => (await grader.parse(answers)).map(({ parsed }) => parsed),
      grade: grader.grade,
      ways,
      boxes,
      drafts,
    }),
    close: grader.close,
  };
}
