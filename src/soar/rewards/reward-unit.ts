import type { SoarConfig } from "../config.js";
import { builtInRewards } from "./built-in-rewards.js";

/** Describes what a reward of 1 means in a run. */
export function rewardUnit({ teacher: { reward } }: SoarConfig): string {
  return typeof reward === "string" ? builtInRewards[reward].unit : reward.unit;
}
