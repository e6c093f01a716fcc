import { type Domain, readQuestionTags, type StatedQuestion } from "soarlab";
import { evaluate, mostNumbers, type Puzzle, reaches, solve } from "./puzzle.js";

/** How puzzles and their solutions are written. */
export interface Notation {
  prompts: Domain["prompts"];
  /** The puzzle of a question; undefined if the text is none. */
  puzzle(question: string): Puzzle | undefined;
  /** The last expression that a completion gives as its answer; undefined if it gives none. */
  expression(completion: string): string | undefined;
}

const rules = "Use + - * / and parentheses, and each number at most once.";
const task = `Write one new countdown puzzle that can be solved: 3 to ${mostNumbers} whole numbers and a target that can be reached from them. ${rules}`;

/** "Reach 24 from 3 8 3 8." */
export const plainNotation: Notation = {
  prompts: {
    teacher: `${task}\n\nReply with exactly one puzzle and its solution, in this form:\n<question>Reach 24 from 4 7 8 8.</question>\n<answer>an expression</answer>`,
    teacherQuestion: `${task}\n\nReply with the puzzle alone, in the form: Reach 24 from 4 7 8 8.`,
    teacherAnswer: "Now solve it. Give the expression alone, as <answer>expression</answer>.",
    student: `{question} ${rules} Think step by step, then give the expression as <answer>expression</answer>.\n\n`,
  },
  puzzle: question => {
    const match = /^Reach (\d{1,6}) from ((?:\d{1,6} ?)+)\.$/.exec(question.trim());
    return match ? { target: Number(match[1]), numbers: match[2]!.trim().split(" ").map(Number) } : undefined;
  },
  expression: completion => [...completion.matchAll(/<answer>([^<]{1,200})<\/answer>/g)].at(-1)?.[1]?.trim(),
};

/**
 * The countdown game as a domain. A puzzle has many right answers, so an answer is evaluated, exactly, instead of compared;
 * a teacher may state any puzzle that can be solved, whatever it gives for a solution. A right answer is worth 1 point, an
 * expression that follows the rules 0.1.
 */
export function countdown(notation: Notation = plainNotation): Domain {
  const { prompts, puzzle, expression } = notation;
  return {
    name: "countdown",
    version: "1",
    prompts,
    readQuestions: async completions => completions.map(completion => read(completion, puzzle)),
    readAnswer: expression,
    score: async attempts =>
      attempts.map(({ problem, completion, given = expression(completion) }) => {
        const posed = puzzle(problem.question);
        if (!posed || given === undefined) return { correct: false, reward: 0 };
        const correct = reaches(posed, given);
        return { correct, reward: correct ? 1 : evaluate(posed, given) ? 0.1 : 0 };
      }),
    kind: question => {
      const posed = puzzle(question);
      return posed ? `${posed.numbers.length} numbers` : "ill-posed";
    },
  };
}

function read(completion: string, puzzle: Notation["puzzle"]): StatedQuestion {
  const stated = readQuestionTags(completion);
  if ("rejected" in stated) return stated;
  const posed = puzzle(stated.question);
  if (!posed) return { rejected: "not a puzzle" };
  if (posed.numbers.length > mostNumbers) return { rejected: "too many numbers" };
  return solve(posed) === undefined ? { rejected: "cannot be reached" } : stated;
}
