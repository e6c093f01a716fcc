import type { QuestionProgress } from "../lab/sample-questions.js";

/** What a run is doing right now, for a progress display. */
export interface Progress {
  /** Outer step, from 0. */
  step: number;
  outerSteps: number;
  phase: "baseline" | "questions" | "students" | "promotion" | "teacher" | "done";
  /** Student training steps of this outer step: done, and total. */
  studentSteps: { done: number; total: number };
  /** Questions that the teacher posed in this outer step; absent until it did. */
  questions?: {
    accepted: number;
    /** Completions that a filter rejected, by filter. */
    rejected: Partial<Record<string, number>>;
    /** Some of those accepted. */
    examples: string[];
  };
  /** Students of this outer step that have started training: their step, and the mean reward of that step, 0 to 120. */
  students?: { dataset: number; student: number; step: number; reward: number }[];
  /** Progress of sampling this outer step's questions; absent before its first round. */
  sampling?: QuestionProgress;
  /** Mean student reward of the last finished outer step. */
  reward: number | undefined;
  movingAverage: number | undefined;
  /** tau; undefined if nothing is ever promoted. */
  threshold: number | undefined;
  promotions: number;
  /** Tokens sampled and trained in this process so far. */
  tokens: number;
  /** Seconds since this process started or resumed the run. */
  seconds: number;
  /** Estimated seconds for the remaining outer steps at the pace so far. */
  secondsLeft: number | undefined;
}

export type OnProgress = (progress: Progress) => void;
