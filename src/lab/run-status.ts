import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { eventsFile, type LogKind, lastEventType, readLogConfig } from "./event-log.js";

/** Status of a run: not started, started, or complete. */
export type RunStatus = "missing" | "begun" | "ended";

/**
 * Returns the status of a configuration's run in its folder. Running it again resumes it.
 * @throws Error if the folder holds a run of another configuration
 */
export async function runStatus<Config, Event>(
  kind: LogKind<Config, Event>,
  { folder, config }: { folder: string; config: Config },
): Promise<RunStatus> {
  if (!existsSync(join(folder, kind.configFile))) return "missing";
  const last = await lastEventType(folder);
  if (last === undefined && existsSync(join(folder, eventsFile))) return "missing";
  const held = await readLogConfig(kind, folder);
  if (!isDeepStrictEqual(held, config)) {
    throw new Error(
      `${folder} holds a run of another configuration (${firstDifference(held, config)}); choose another folder, or remove this one`,
    );
  }
  return last === "end" ? "ended" : "begun";
}

/** Returns the first field in which two configurations differ, with the actual and the expected value. */
function firstDifference(held: unknown, wanted: unknown, path = ""): string {
  if (isObject(held) && isObject(wanted)) {
    const keys = new Set([...Object.keys(held), ...Object.keys(wanted)]);
    for (const key of keys) {
      if (!isDeepStrictEqual(held[key], wanted[key]))
        return firstDifference(held[key], wanted[key], path === "" ? key : `${path}.${key}`);
    }
  }
  return `${path}: ${JSON.stringify(held) ?? "absent"} there, ${JSON.stringify(wanted) ?? "absent"} wanted`;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
