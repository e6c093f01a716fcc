import type { QuestionVerdict } from "../grading/question-verdict.js";
import { boxedAnswers } from "../problems/boxed-answers.js";
import type { Domain } from "../problems/domain.js";
import { formatAnswer, parseAnswer, parseQuestion } from "./chain.js";

/** The arithmetic gym as a domain: everything about it can be checked exactly. */
export const gymDomain: Domain = {
  name: "gym",
  version: "1",
  // The gym's model knows four roles by their first token; T: and S: are the two that SOAR plays.
  prompts: {
    teacher: "T:",
    teacherQuestion: "T: <question>",
    teacherAnswer: "</question> <answer>",
    student: "S: {question} </question>",
  },
  questionEnd: "</question>",
  ...boxedAnswers({
    parses: async answers => answers.map(answer => parseAnswer(answer) !== undefined),
    grade: async pairs =>
      pairs.map(({ answer, given }) => {
        const isEqual = normalised(given) === normalised(answer);
        return { verdict: isEqual ? "equal" : "different", method: "identical", ms: 0 };
      }),
  }),
  // Each word is a token.
  writeQuestion: ({ question, answer }) =>
    `<question> ${question} </question> <answer> \\boxed{ ${answer} } </answer>`,
  kind: question => {
    const chain = parseQuestion(question);
    if (!chain) return "ill-posed";
    if (chain.terms.some(({ isOpen }) => isOpen)) return "open";
    return `k=${chain.terms.length + 1}`;
  },
  judge,
};

function normalised(answer: string): string {
  return answer.trim().replace(/\s+/g, " ");
}

function judge(question: string, answer: string): QuestionVerdict {
  const chain = parseQuestion(question);
  if (!chain) return { isWellPosed: false, isCorrect: false, errorType: "Ill_Posed", verifiedAnswer: "N/A" };
  if (chain.terms.some(({ isOpen }) => isOpen)) {
    return { isWellPosed: false, isCorrect: false, errorType: "Ambiguous", verifiedAnswer: "N/A" };
  }
  const verifiedAnswer = formatAnswer(chain);
  if (normalised(answer) === verifiedAnswer) {
    return { isWellPosed: true, isCorrect: true, errorType: "None", verifiedAnswer };
  }
  // An answer that works the question's own terms slipped in a sum; any other works another question.
  const worked = parseAnswer(answer);
  const sameTerms = worked && formatAnswer(chain, worked.totals) === normalised(answer);
  return {
    isWellPosed: true,
    isCorrect: false,
    errorType: sameTerms ? "Arithmetic" : "Logical_Fallacy",
    verifiedAnswer,
  };
}
