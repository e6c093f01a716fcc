import { existsSync } from "node:fs";
import { presets } from "../soar/presets.js";
import { readYaml } from "./read-yaml.js";

/** A SOAR configuration as a user wrote it, from a preset's name or a JSON or YAML file; not checked yet. */
export async function readConfigSource(source: string): Promise<object> {
  if (Object.hasOwn(presets, source)) return presets[source as keyof typeof presets];
  if (!existsSync(source)) {
    throw new Error(`${source} is neither a preset (${Object.keys(presets).join(", ")}) nor a file`);
  }
  return readYaml(source);
}
