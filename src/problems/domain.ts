import type { QuestionVerdict } from "../grading/question-verdict.js";

/** An answer given and the reference it is held against, both without \boxed{}. */
export interface AnswerPair {
  answer: string;
  reference: string;
}

/**
 * What SOAR has to know about a kind of problem: how to ask, and how to check. The arithmetic gym and competition
 * maths are both domains; nothing above this interface knows which one it runs on.
 */
export interface Domain {
  readonly name: string;
  /** Default wording of the prompts. */
  readonly prompts: {
    readonly teacher: string;
    /** A multi-turn teacher's: for the question, and, in the next turn, for its answer. */
    readonly teacherQuestion: string;
    readonly teacherAnswer: string;
    /** `{question}` is replaced by the question. */
    readonly student: string;
  };
  /** What ends the question of a multi-turn teacher, beside the model's own end tokens. */
  readonly questionEnd?: string;
  /** Whether the verifier can parse each answer (the fourth filter of App. B.2). Order is kept; never throws. */
  parses(answers: readonly string[]): Promise<boolean[]>;
  /** Whether each answer equals its reference. Order is kept; an answer that does not parse is not equal. */
  equal(pairs: readonly AnswerPair[]): Promise<boolean[]>;
  /** A short label of what kind of question this is (the gym: "k=3"), for tables and figures. */
  kind?(question: string): string;
  /** Frees what the domain holds (worker threads), where it holds anything. */
  close?(): Promise<void>;
  /** An exact judge of a synthetic question, where the domain has one. */
  judge?(question: string, answer: string): QuestionVerdict;
}
