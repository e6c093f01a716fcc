import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import { type EvaluationRecord, readEvaluation } from "../evaluation/read-evaluation.js";
import { needsPromotions } from "../evaluation/requirements.js";
import { checkConfig } from "../lab/check-config.js";
import { type RunRecord, readRun, runFiles } from "../soar/run-log.js";
import { mapSequentially } from "../util/map-sequentially.js";
import { type PlannedEvaluation, type PlannedRun, planStudy } from "./plan-study.js";
import { type StudyConfig, studySchema } from "./study-config.js";

/** A study's own file in its folder: the requested study, and the configuration that it starts from. */
export const studyFile = "study.json";

/** A study as read from its folder. */
export interface Study {
  folder: string;
  config: StudyConfig;
  seeds: number[];
  /** Names of the methods, in the order of the tables. */
  methods: string[];
  /** Its SOAR runs that have started. */
  runs: (PlannedRun & { record: RunRecord })[];
  /** Its SOAR runs that have not started. */
  missingRuns: PlannedRun[];
  /** Its finished evaluations. */
  evaluations: (PlannedEvaluation & { record: EvaluationRecord })[];
  /** Evaluations that are impossible, since their SOAR run promoted no student. */
  skipped: PlannedEvaluation[];
  /** Evaluations that are not finished, or not started: the latter have no record. */
  missing: (PlannedEvaluation & { record: EvaluationRecord | undefined })[];
}

/** Reads a study without changing it, whether it is running, finished, or copied elsewhere. */
export async function readStudy(folder: string): Promise<Study> {
  const path = join(folder, studyFile);
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ENOENT" ? new Error(`${folder} is no study: it has no ${studyFile}`) : error;
  });
  const { study, base } = parseStudyFile(text, path);
  const config = checkConfig(study, path, studySchema);
  const { seeds, methods, runs, evaluations } = planStudy(config, base, folder);

  const begun = runs.filter(({ folder }) => existsSync(join(folder, runFiles.events)));
  const records = await mapSequentially(begun, async run => ({ ...run, record: await readRun(run.folder) }));
  const result: Study = {
    folder,
    config,
    seeds,
    methods,
    runs: records,
    missingRuns: runs.filter(run => !begun.includes(run)),
    evaluations: [],
    skipped: [],
    missing: [],
  };
  for (const evaluation of evaluations) {
    const isThere = existsSync(join(evaluation.folder, evaluationLogKind.configFile));
    const record = isThere ? await readEvaluation(evaluation.folder) : undefined;
    const run = records.find(({ folder }) => folder === evaluation.run?.folder)?.record;
    if (record?.ended) result.evaluations.push({ ...evaluation, record });
    else if (needsPromotions(evaluation.config) && run?.ended && run.promotions.length === 0) {
      result.skipped.push(evaluation);
    } else result.missing.push({ ...evaluation, record });
  }
  return result;
}

const studyFileSchema = z.object({ study: z.looseObject({}), base: z.looseObject({}) });

function parseStudyFile(text: string, path: string) {
  try {
    return studyFileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `${path} is damaged: expected JSON with study and base; the study's own command writes it anew`,
      {
        cause: error,
      },
    );
  }
}

/** Whether nothing of a study is left to run. */
export function isStudyDone({ runs, missingRuns, missing }: Study): boolean {
  return missingRuns.length + missing.length === 0 && runs.every(({ record }) => record.ended);
}
