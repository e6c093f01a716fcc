import type { Lab } from "../../lab/lab.js";
import type { QuestionAnswer } from "../../problems/domain.js";
import type { SoarConfig } from "../config.js";
import { learnability } from "./intrinsic.js";

/** What an outer step offers to pay the teacher by. */
export interface Earnings {
  /** X_k. */
  datasets: QuestionAnswer[][];
  /** Gains of the students on Q_R over the baseline, one row a dataset; none where no students were trained. */
  gains: number[][];
  /** Checkpoint of the baseline student; undefined = the base model. */
  baseline: string | undefined;
  seed: number;
}

/** A way to pay the teacher. */
export interface TeacherReward {
  /** Whether it asks for trained students. Promotions ask for them in any case. */
  readonly needsStudents: boolean;
  /** Whether the teacher learns from what it is paid. */
  readonly teaches: boolean;
  /** Rewards, one row a dataset; the mean of row k is R_k. */
  pay(lab: Lab<SoarConfig>, earnings: Earnings): Promise<number[][]>;
}

const grounded: TeacherReward = {
  needsStudents: true,
  teaches: true,
  pay: async (_, { gains }) => gains,
};

/** What can pay a teacher, by its name in the configuration. */
export const teacherRewards: Record<SoarConfig["teacher"]["reward"], TeacherReward> = {
  /** The measured gain of students on the real hard problems: SOAR. */
  grounded,
  /** Whether the baseline student solves a question sometimes but not always (App. B.4): one reward a question. */
  intrinsic: { needsStudents: false, teaches: true, pay: learnability },
  /** Gains are measured but the teacher stays as it is: the control that tells learning from luck. */
  none: { ...grounded, teaches: false },
};
