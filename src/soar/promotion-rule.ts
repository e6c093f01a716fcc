import { mean } from "../metrics/statistics.js";
import type { SoarConfig } from "./config.js";

/**
 * Returns the moving average of the teacher's reward over the last `window` outer steps, or undefined while the
 * window is not full (section 3).
 * @param rewards mean reward of each outer step since the window last started, oldest first
 */
export function movingAverage(rewards: readonly number[], window: number): number | undefined {
  if (rewards.length < window) return undefined;
  return mean(rewards.slice(-window));
}

/** Whether a step promotes a student, given the rewards up to it (Algorithm 1, line 4). */
export function promotes(
  rewards: readonly number[],
  { window, threshold }: Pick<SoarConfig["promotion"], "window" | "threshold">,
): boolean {
  const average = movingAverage(rewards, window);
  return average !== undefined && average > threshold;
}

/**
 * Returns the student to promote: the one with the median reward in the dataset with the largest mean reward. For an
 * even number of students, the lower of the two middle ones.
 * @param rewards R_kj, one row per dataset
 */
export function choosePromoted(rewards: readonly (readonly number[])[]): {
  dataset: number;
  student: number;
} {
  const means = rewards.map(mean);
  const dataset = means.indexOf(Math.max(...means));
  const row = rewards[dataset]!;
  const order = row.map((_, j) => j).sort((i, j) => row[i]! - row[j]!);
  return { dataset, student: order[Math.floor((row.length - 1) / 2)]! };
}
