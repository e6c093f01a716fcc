import { existsSync } from "node:fs";
import { join } from "node:path";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import { runFiles } from "../soar/run-log.js";
import { studyFile } from "../study/read-study.js";

/** What a folder holds, by its files; undefined where it holds no experiment. */
export function folderKind(folder: string): "study" | "evaluation" | "run" | undefined {
  const has = (file: string) => existsSync(join(folder, file));
  if (has(studyFile)) return "study";
  if (has(evaluationLogKind.configFile)) return "evaluation";
  return has(runFiles.events) ? "run" : undefined;
}
