import type { Lab } from "../../lab/lab.js";
import type { Identity, QuestionAnswer } from "../../problems/domain.js";
import type { SoarConfig } from "../config.js";

/** The data of an outer step from which the teacher's reward is computed. */
export interface RewardInputs {
  /** X_k: the teacher's questions, g datasets of n. */
  datasets: QuestionAnswer[][];
  /**
   * Gains of the students in greedy accuracy on Q_R over the baseline, each in [-1, 1]; one row per dataset, one number
   * per student. Empty if no students were trained.
   */
  gains: number[][];
  /** Checkpoint of the baseline student, for `withSampler`; undefined = the base model. */
  baseline: string | undefined;
  /** Seed for everything that this step's rewards sample. */
  seed: number;
}

/**
 * Computes the teacher's reward. `openLab` takes it as a value, or by name if it is built into soarlab.
 *
 * @example The students' mean gain, and a little for every question of its own in a dataset:
 * const reward: TeacherReward = {
 *   name: "gain+unlike", version: "1", unit: "gain + 0.01 per distinct question",
 *   needsStudents: true, updatesTeacher: true,
 *   rewards: async (lab, { datasets, gains }) =>
 *     datasets.map((dataset, k) => mean(gains[k]!) + 0.01 * new Set(dataset.map(q => q.question)).size),
 * };
 */
export interface TeacherReward extends Identity {
  /** Describes what a reward of 1 means, for captions and axes. */
  readonly unit: string;
  /** Whether it needs trained students. Promotions always need them. */
  readonly needsStudents: boolean;
  /** Whether the teacher learns from its rewards. */
  readonly updatesTeacher: boolean;
  /** One number per dataset, R_k; or one row per dataset, of any length, whose mean is R_k. */
  rewards(lab: Lab<SoarConfig>, inputs: RewardInputs): Promise<readonly (number | readonly number[])[]>;
}
