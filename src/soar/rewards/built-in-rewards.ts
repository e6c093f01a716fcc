import { learnability } from "./learnability.js";
import type { TeacherReward } from "./teacher-reward.js";

/** The measured gain of students on the real hard problems: SOAR. */
const grounded: TeacherReward = {
  name: "grounded",
  version: "1",
  unit: "gain in share of reward questions solved",
  needsStudents: true,
  updatesTeacher: true,
  rewards: async (_, { gains }) => gains,
};

/** The built-in teacher rewards, by their names in the configuration. */
export const builtInRewards = {
  grounded,
  /** Whether the baseline student solves a question sometimes but not always (App. B.4): one reward per question. */
  intrinsic: {
    name: "intrinsic",
    version: "1",
    unit: "learnability: share of failures, 0 where never solved",
    needsStudents: false,
    updatesTeacher: true,
    rewards: learnability,
  },
  /** Gains are measured but the teacher stays as it is: the control that tells learning from luck. */
  none: { ...grounded, name: "none", unit: `${grounded.unit}, not paid`, updatesTeacher: false },
} satisfies Record<string, TeacherReward>;

/** The rewards that come with soarlab. */
export type BuiltInReward = keyof typeof builtInRewards;
