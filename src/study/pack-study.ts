import { join } from "node:path";
import { trainingQuestionsFile } from "../evaluation/evaluation-log.js";
import { runFiles } from "../soar/run-log.js";
import { packJsonl } from "../util/jsonl.js";
import type { Study } from "./read-study.js";

/**
 * Packs the question logs of a study's finished runs (gzip), which are most of its bytes, to about a tenth.
 * Code that reads a run also reads packed logs. Those that are packed already, or still being written, stay
 * as they are.
 */
export async function packStudy({ runs, evaluations }: Study): Promise<void> {
  const finished = runs.filter(({ record }) => record.ended);
  for (const { folder } of finished) {
    for (const file of ["questions", "studentSteps", "rollouts"] as const) {
      await packJsonl(join(folder, runFiles[file]));
    }
  }
  for (const { folder } of evaluations) await packJsonl(join(folder, trainingQuestionsFile));
}
