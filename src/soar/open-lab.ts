import type { SoarConfig, SoarConfigInput } from "./config.js";
import { openExperiment } from "./connect-lab.js";
import type { Lab } from "./lab.js";
import { parseConfig } from "./parse-config.js";

export interface OpenLabParams {
  config: SoarConfig | SoarConfigInput;
  /** A server that runs already, e.g. one that several labs share; it stays when the lab is closed. */
  server?: { url: string; apiKey?: string };
  /** Where a local server keeps its checkpoints; default: a folder of its own under the system's temporary one. */
  checkpoints?: string;
  /** Key of a remote server; default: TINKER_API_KEY. */
  apiKey?: string;
  onServerLog?: (line: string) => void;
  signal?: AbortSignal;
}

/**
 * Opens everything that an experiment works with: connects to the configured server or starts the local one, loads the
 * tokenizer, the problems and the prompts. Close it when done.
 */
export async function openLab(params: OpenLabParams): Promise<Lab> {
  return openExperiment({ ...params, config: parseConfig(params.config) });
}
