import { basename, resolve } from "node:path";
import type { RunRecord } from "./run-log.js";

/** What to call a run in a legend or a title: its folder's own name. */
export function runName(run: Pick<RunRecord, "folder">): string {
  return basename(resolve(run.folder));
}
