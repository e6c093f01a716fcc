import { existsSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { eventsFile, type LogKind, lastEventType, readLogConfig } from "./event-log.js";

/** How far a run is: not begun, begun, or ended. */
export type RunStatus = "missing" | "begun" | "ended";

/**
 * How far the run of a configuration is in its folder: running it again means going on with it.
 * @throws Error where the folder holds a run of another configuration
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

/** The first field in which two configurations differ, with what is there and what is wanted. */
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
