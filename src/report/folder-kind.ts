import { existsSync } from "node:fs";
import { join } from "node:path";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import { runFiles } from "../soar/run-log.js";
import { studyFile } from "../study/read-study.js";

/** The kind of experiment in a folder, by its files; undefined if there is none. */
export function folderKind(folder: string): "study" | "evaluation" | "run" | undefined {
  const has = (file: string) => existsSync(join(folder, file));
  if (has(studyFile)) return "study";
  if (has(evaluationLogKind.configFile)) return "evaluation";
  return has(runFiles.events) ? "run" : undefined;
}
