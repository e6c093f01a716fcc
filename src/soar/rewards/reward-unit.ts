import type { SoarConfig } from "../config.js";
import { builtInRewards } from "./built-in-rewards.js";

/** What a reward of 1 is in a run, in words. */
export function rewardUnit({ teacher: { reward } }: SoarConfig): string {
  return typeof reward === "string" ? builtInRewards[reward].unit : reward.unit;
}
