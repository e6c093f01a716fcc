import type { Lab } from "../lab/lab.js";
import { type OpenExperimentParams, openExperiment } from "../lab/open-experiment.js";
import type { SoarConfig, SoarConfigInput } from "./config.js";
import { parseConfig } from "./parse-config.js";

export type OpenLabParams = OpenExperimentParams<SoarConfig | SoarConfigInput>;

/**
 * Opens everything that an experiment works with: connects to the configured server or starts the local one, loads the
 * tokenizer, the problems and the prompts. Close it when done.
 */
export async function openLab(params: OpenLabParams): Promise<Lab<SoarConfig>> {
  return openExperiment({ ...params, config: parseConfig(params.config) });
}
