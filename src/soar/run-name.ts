import { basename, resolve } from "node:path";
import type { RunRecord } from "./run-log.js";

/** Returns the name of a run for legends and titles: its folder's own name. */
export function runName(run: Pick<RunRecord, "folder">): string {
  return basename(resolve(run.folder));
}
