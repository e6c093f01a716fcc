import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { presets } from "../soar/presets.js";

/** A SOAR configuration as a user wrote it, from a preset's name or a JSON or YAML file; not yet checked. */
export async function readConfigSource(source: string): Promise<object> {
  if (Object.hasOwn(presets, source)) return presets[source as keyof typeof presets];
  if (!existsSync(source)) {
    throw new Error(`${source} is neither a preset (${Object.keys(presets).join(", ")}) nor a file`);
  }
  return readYaml(source);
}

/**
 * The object that a YAML or JSON file holds.
 * @throws Error that names the file, and the line if it is not YAML
 */
export async function readYaml(path: string): Promise<object> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    const reasons: Record<string, string> = {
      ENOENT: "no such file",
      EISDIR: "a folder, expected a JSON or YAML file",
    };
    throw new Error(`${path}: ${reasons[error.code ?? ""] ?? error.message}`);
  });
  let value: unknown;
  try {
    value = parse(text); // JSON is YAML
  } catch (error) {
    throw new Error(`${path} is neither JSON nor YAML: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new Error(`${path}: expected named fields, got ${JSON.stringify(value)?.slice(0, 60)}`);
}
