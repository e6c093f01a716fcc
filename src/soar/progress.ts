import type { QuestionProgress } from "../lab/sample-questions.js";

/** What a run is doing right now, for a progress display. */
export interface Progress {
  /** Outer step, from 0. */
  step: number;
  outerSteps: number;
  phase: "baseline" | "questions" | "students" | "promotion" | "teacher" | "done";
  /** Student training steps of this outer step, done and in all. */
  studentSteps: { done: number; total: number };
  /** Questions that the teacher posed in this outer step; absent until it did. */
  questions?: {
    accepted: number;
    /** Completions that a filter rejected, by filter. */
    rejected: Partial<Record<string, number>>;
    /** Some of those accepted. */
    examples: string[];
  };
  /** Students of this outer step that train or did: where they are, and the mean reward of their last step, 0 to 120. */
  students?: { dataset: number; student: number; step: number; reward: number }[];
  /** How far the sampling of this outer step's questions is; absent before its first round. */
  sampling?: QuestionProgress;
  /** Mean student reward of the last finished outer step. */
  reward: number | undefined;
  movingAverage: number | undefined;
  /** tau; undefined where nothing is ever promoted. */
  threshold: number | undefined;
  promotions: number;
  /** Tokens sampled and trained in this process so far. */
  tokens: number;
  /** Seconds since this process began with the run. */
  seconds: number;
  /** Seconds that the remaining outer steps will take at the pace so far. */
  secondsLeft: number | undefined;
}

export type OnProgress = (progress: Progress) => void;
