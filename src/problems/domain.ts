import type { QuestionVerdict } from "../grading/question-verdict.js";

/** A question with the answer that counts as correct: a `Problem`, or a teacher's question. */
export interface QuestionAnswer {
  question: string;
  /** In the domain's own notation. A domain with many right answers may ignore it. */
  answer: string;
  /** Largest difference of two numbers that counts as equal, if the data set gives one; a list has one per value. */
  tolerance?: number | readonly number[];
}

/** One attempt at a problem. */
export interface Attempt {
  problem: QuestionAnswer;
  /** What the model wrote. */
  completion: string;
  /** The final answer, if it is known already; otherwise the domain reads it out of the completion. */
  given?: string;
}

/** The score of an attempt. A domain may add its own fields. */
export interface Score {
  correct: boolean;
  /** The student's reward in RLOO, in the domain's own points. */
  reward: number;
}

/** What a teacher's completion states, or why it does not count. */
export type StatedQuestion = QuestionAnswer | { rejected: string };

/** How a user-provided value is named in a configuration, so that a resumed run can require it again. */
export interface Identity {
  readonly name: string;
  /** Changes with the behaviour: a run is resumed with the version that it began with. */
  readonly version: string;
}

/**
 * A kind of problem: how to ask, which questions a teacher may state, and what an attempt is worth. Competition maths and
 * the arithmetic gym are domains; `examples/countdown` is one outside the package. `openLab` takes it as a value.
 */
export interface Domain extends Identity {
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
  /**
   * Reads a teacher's completions: the filter of App. B.2. One result per completion, in order; never throws, whatever
   * the text. Completions with a reason are sampled again, and the reasons are counted in the log.
   */
  readQuestions(completions: readonly string[]): Promise<StatedQuestion[]>;
  /** A teacher's completion that states a question, as `readQuestions` reads it; for supervised training of a teacher. */
  writeQuestion?(question: QuestionAnswer): string;
  /** The final answer of a completion; undefined if it gives none. Never throws. */
  readAnswer(completion: string): string | undefined;
  /** Scores attempts at any problems. One result per attempt, in order; never throws for an answer. */
  score(attempts: readonly Attempt[]): Promise<Score[]>;
  /** A short label of what kind of question this is (the gym: "k=3"), for tables and plots. */
  kind?(question: string): string;
  /** An exact judge of a synthetic question, if the domain has one. */
  judge?(question: string, answer: string): QuestionVerdict;
  /** Frees what the domain holds, such as worker threads. */
  close?(): Promise<void>;
}
