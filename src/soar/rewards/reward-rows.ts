import type { SoarLab } from "../open-lab.js";
import type { RewardInputs } from "./teacher-reward.js";

/**
 * Returns the teacher's rewards for an outer step: one row per dataset, whose mean is R_k.
 * @throws Error that names the reward and the place if it returns anything else
 */
export async function rewardRows(lab: SoarLab, inputs: RewardInputs): Promise<number[][]> {
  const { teacherReward } = lab;
  const given = await teacherReward.rewards(lab, inputs);
  const where = `teacher reward "${teacherReward.name}"`;
  if (!Array.isArray(given) || given.length !== inputs.datasets.length) {
    const got = Array.isArray(given) ? `${given.length} entries` : typeof given;
    throw new Error(
      `${where}: got ${got}, expected an array with one entry per dataset, ${inputs.datasets.length}`,
    );
  }
  return given.map((entry: number | readonly number[], k) => {
    const row = typeof entry === "number" ? [entry] : [...entry];
    if (row.length > 0 && row.every(Number.isFinite)) return row;
    throw new Error(
      `${where}: dataset ${k} got [${row}], expected a finite number, or at least one in an array`,
    );
  });
}
