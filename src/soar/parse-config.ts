import { checkConfig } from "../lab/check-config.js";
import { type SoarConfig, soarConfigSchema } from "./config.js";

/**
 * Checks the configuration of a SOAR run and fills in its defaults.
 * @throws Error that lists every wrong field by path, with the value and what was expected, and the nearest known name of unknown ones
 */
export function parseConfig(input: unknown, source = "the configuration"): SoarConfig {
  return checkConfig(input, source, soarConfigSchema);
}
