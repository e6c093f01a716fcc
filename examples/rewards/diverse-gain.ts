import { type TeacherReward, vendiScore } from "soarlab";

/**
 * The students' mean gain, and a bonus for datasets whose questions differ: 0.05 times their Vendi Score (by n-grams) over
 * their number, which is at most 1.
 */
export const diverseGain: TeacherReward = {
  name: "diverse-gain",
  version: "1",
  unit: "gain + 0.05 x Vendi Score per question",
  needsStudents: true,
  updatesTeacher: true,
  rewards: async (_lab, { datasets, gains }) =>
    datasets.map((dataset, k) => {
      const gain = gains[k]!.reduce((sum, value) => sum + value, 0) / gains[k]!.length;
      const score = vendiScore({ items: dataset.map(({ question }) => question) });
      return gain + (0.05 * score) / dataset.length;
    }),
};
