import { checkIdentity, identityOf } from "../lab/identity.js";
import type { Lab } from "../lab/lab.js";
import { type OpenExperimentParams, openExperiment } from "../lab/open-experiment.js";
import type { SoarConfig, SoarConfigInput } from "./config.js";
import { parseConfig } from "./parse-config.js";
import { builtInRewards } from "./rewards/built-in-rewards.js";
import type { TeacherReward } from "./rewards/teacher-reward.js";

/** The resources of a SOAR run. */
export interface SoarLab extends Lab<SoarConfig> {
  readonly teacherReward: TeacherReward;
}

export interface OpenLabParams extends OpenExperimentParams<SoarConfig | SoarConfigInput> {
  /** The teacher's reward, instead of the one that the configuration names. */
  reward?: TeacherReward;
}

/**
 * Opens the resources of an experiment: connects to the configured server or starts the local one, and loads the
 * tokenizer, the problems and the prompts. Close it when done. The lab's configuration names the values passed in.
 */
export async function openLab({ reward, ...params }: OpenLabParams): Promise<SoarLab> {
  const config = recordReward(parseConfig(params.config), reward);
  const named = config.teacher.reward;
  const teacherReward = reward ?? builtInRewards[named as keyof typeof builtInRewards];
  return { ...(await openExperiment({ ...params, config })), teacherReward };
}

/**
 * Returns a configuration that names the reward that was passed as a value, if any.
 * @throws Error as `checkIdentity` does
 */
export function recordReward(config: SoarConfig, reward: TeacherReward | undefined): SoarConfig {
  const { teacher } = config;
  checkIdentity({ field: "teacher.reward", configured: teacher.reward, given: reward, parameter: "reward" });
  if (!reward) return config;
  return { ...config, teacher: { ...teacher, reward: { ...identityOf(reward), unit: reward.unit } } };
}
