import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { EvaluationRecord } from "../evaluation/read-evaluation.js";
import { distinctFolderNames } from "../report/distinct-folder-names.js";
import { type RunRecord, readStudentSteps } from "../soar/run-log.js";
import { mapSequentially } from "../util/map-sequentially.js";
import { writeTable } from "../util/write-table.js";
import { writeWholeFile } from "../util/write-whole-file.js";
import { eventFile } from "./event-file.js";
import { type MetricRow, outerStepRows, studentStepRows, trainingStepRows } from "./metric-rows.js";
import { questionRows } from "./question-rows.js";

export const exportFormats = ["csv", "jsonl", "parquet", "tensorboard"] as const;

export type ExportFormat = (typeof exportFormats)[number];

export interface ExportRunsParams {
  /** SOAR runs and evaluation runs, as `readRun` and `readEvaluation` read them: live, dead or copied. */
  runs: readonly (RunRecord | EvaluationRecord)[];
  /** Output folder; created if it does not exist. Files of an earlier export are replaced. */
  out: string;
  /** Default: CSV. */
  formats?: readonly ExportFormat[];
}

/**
 * Writes the logs of runs as flat tables, each row with the name of its run: `metrics` (one row per outer step, or per
 * training step of an evaluation run), `student-steps` (one row per training step of a student) and `questions`. A table without rows is not written.
 *
 * The format "tensorboard" is a folder of event files, one per run, that `tensorboard --logdir` and pandas-based tools
 * read.
 *
 * @returns the files written
 * @throws Error if a format is unknown; the file system's own error
 */
export async function exportRuns({ runs, out, formats = ["csv"] }: ExportRunsParams): Promise<string[]> {
  const unknown = formats.find(format => !exportFormats.includes(format));
  if (unknown) throw new Error(`exportRuns: format "${unknown}": expected ${exportFormats.join(", ")}`);
  const names = distinctFolderNames(
    runs.map(({ folder }) => folder),
    1,
  );
  const of = (rows: (run: ExportRunsParams["runs"][number]) => readonly object[]) =>
    runs.flatMap((run, i) => rows(run).map(row => ({ run: names[i]!, ...row })));
  const studentSteps = await mapSequentially(runs.entries(), async ([i, run]) =>
    "promotions" in run
      ? studentStepRows(await readStudentSteps(run)).map(row => ({ run: names[i]!, ...row }))
      : [],
  );
  const tables = {
    metrics: of(metricRows),
    "student-steps": studentSteps.flat(),
    questions: of(run => ("promotions" in run ? questionRows(run) : run.questions)),
  };
  await mkdir(out, { recursive: true });
  const written: string[] = [];
  for (const format of new Set(formats)) {
    if (format === "tensorboard") continue;
    for (const [name, rows] of Object.entries(tables)) {
      if (rows.length === 0) continue;
      const path = join(out, `${name}.${format}`);
      await writeTable(rows, path);
      written.push(path);
    }
  }
  if (formats.includes("tensorboard")) {
    for (const [i, run] of runs.entries()) {
      const folder = join(out, "tensorboard", names[i]!.replace(/[^\w.@=+-]+/g, "_"));
      written.push(await writeEventFile(folder, metricRows(run)));
    }
  }
  return written;
}

function metricRows(run: RunRecord | EvaluationRecord): MetricRow[] {
  return "promotions" in run ? outerStepRows(run) : trainingStepRows(run);
}

/** Writes the one event file of a folder; TensorBoard would show an older one beside it twice. */
async function writeEventFile(folder: string, rows: readonly MetricRow[]): Promise<string> {
  let wallTime = 0;
  const scalars = rows.map(({ step, at, ...cells }) => {
    if (at !== undefined) wallTime = Date.parse(at) / 1000;
    const values = Object.entries(cells).filter(([, value]) => typeof value === "number");
    return { step, wallTime, values: Object.fromEntries(values) as Record<string, number> };
  });
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    if (name.startsWith("events.out.tfevents.")) await rm(join(folder, name));
  }
  const path = join(folder, `events.out.tfevents.${Math.floor(scalars[0]?.wallTime ?? 0)}.soarlab`);
  await writeWholeFile(path, eventFile(scalars));
  return path;
}
