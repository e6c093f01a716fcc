import { type ExtractionOptions, extractAnswer } from "../grading/extract-answer.js";
import { extractBoxed } from "../grading/extract-boxed.js";
import type { GradeAnswerParams } from "../grading/grade-answer.js";
import { type ScoredAnswer, scoreAnswers } from "../grading/score-answers.js";
import type { Verdict } from "../grading/verdict.js";
import type { Attempt, Domain, StatedQuestion } from "./domain.js";
import { readQuestionTags } from "./read-question-tags.js";

export interface BoxedAnswersParams extends ExtractionOptions {
  /** Whether each answer can be understood, in order (the fourth filter of App. B.2). */
  parses(answers: readonly string[]): Promise<boolean[]>;
  /** A verdict for each pair of a right and a given answer, in order. */
  grade(pairs: readonly GradeAnswerParams[]): Promise<Verdict[]>;
}

/** The reading and scoring half of a domain whose answers stand in \boxed{} and are right if they equal the problem's. */
export interface BoxedAnswers extends Pick<Domain, "readQuestions" | "readAnswer" | "writeQuestion"> {
  score(attempts: readonly Attempt[]): Promise<ScoredAnswer[]>;
}

/**
 * Makes that half of a domain: the four filters of App. B.2 in their order, and the rewards of App. B.3. Equal answers to
 * one problem are graded once.
 */
export function boxedAnswers({ parses, grade, ...extraction }: BoxedAnswersParams): BoxedAnswers {
  return {
    readAnswer: text => extractAnswer({ ...extraction, ways: ["boxed"], text })?.answer,
    writeQuestion: ({ question, answer }) =>
      `<question>${question}</question>\n<answer>\\boxed{${answer}}</answer>`,
    score: attempts =>
      scoreAnswers({
        rows: attempts.map(({ problem, ...rest }) => ({
          answer: problem.answer,
          tolerance: problem.tolerance,
          ...rest,
        })),
        grade,
        ...extraction,
      }),
    readQuestions: async completions => {
      const stated = completions.map(readBoxedQuestion);
      const parsed = await parses(stated.flatMap(one => ("answer" in one ? [one.answer] : [])));
      let next = 0;
      return stated.map(one =>
        "rejected" in one || parsed[next++] ? one : { rejected: "answer does not parse" },
      );
    },
  };
}

function readBoxedQuestion(completion: string): StatedQuestion {
  const stated = readQuestionTags(completion);
  if ("rejected" in stated) return stated;
  const answer = extractBoxed(stated.answer);
  return answer ? { question: stated.question, answer } : { rejected: "boxed answer" };
}
