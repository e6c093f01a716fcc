import { passAt1Curve } from "../evaluation/pass-at-1-curve.js";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import { runOwner } from "../lab/event-log.js";
import { readRunProgress } from "../soar/run-log.js";
import { isStudyDone, readStudy } from "../study/read-study.js";
import { studyPassAtK } from "../study/study-pass-at-k.js";
import { mapSequentially } from "../util/map-sequentially.js";
import { folderKind } from "./folder-kind.js";

/** The experiments of one kind: one row per folder, whose cells belong to all heads but the first. */
export interface ExperimentList {
  kind: "run" | "evaluation" | "study";
  heads: string[];
  /** Of a folder that cannot be read, `cells` is one message. */
  rows: { folder: string; cells: string[] }[];
}

/** Lists runs, evaluations and studies with their state; folders that hold none of these are left out. */
export async function listExperiments(folders: readonly string[]): Promise<ExperimentList[]> {
  const found = await mapSequentially(lists, async ({ kind, heads, describe }) => {
    const own = folders.filter(folder => folderKind(folder) === kind);
    const rows = await mapSequentially(own, async folder => ({
      folder,
      cells: await safely(describe, folder),
    }));
    return { kind, heads, rows };
  });
  return found.filter(({ rows }) => rows.length > 0);
}

/** The table of each kind of experiment: heads of the columns, and the cells after the folder. */
const lists: {
  kind: ExperimentList["kind"];
  heads: string[];
  describe: (folder: string) => Promise<string[]>;
}[] = [
  {
    kind: "run",
    heads: ["run", "state", "steps", "promotions", "kept", "baseline (train)"],
    describe: async folder => {
      const run = await readRunProgress(folder);
      const accuracy = (run.promotions.at(-1)?.accuracy ?? run.start?.baseline)?.train;
      return [
        await state(run.ended, [folder]),
        `${run.nextStep}/${run.config.outerSteps}`,
        String(run.promotions.length),
        String(run.promotions.length * run.config.questionsPerDataset),
        accuracy?.toFixed(3) ?? "-",
      ];
    },
  },
  {
    kind: "evaluation",
    heads: ["evaluation", "state", "steps", "pass@1", "problems", "questions"],
    describe: async folder => {
      const { ended, evaluations, config, start, questions } = await readEvaluation(folder);
      const last = passAt1Curve({ evaluations }).at(-1);
      return [
        await state(ended, [folder]),
        `${last?.step ?? 0}/${config.training.steps}`,
        last ? percent(last.value) : "-",
        String(start?.problems.length ?? "-"),
        String(questions.length),
      ];
    },
  },
  {
    kind: "study",
    heads: ["study", "state", "SOAR runs", "evaluations", "best pass@1"],
    describe: async folder => {
      const study = await readStudy(folder);
      const { runs, missingRuns, evaluations, missing, skipped } = study;
      const ended = runs.filter(({ record }) => record.ended).length;
      const best = studyPassAtK(study)
        .filter(({ k }) => k === 1)
        .reduce<{ method: string; mean: number } | undefined>(
          (best, row) => (best && best.mean >= row.mean ? best : row),
          undefined,
        );
      return [
        await state(
          isStudyDone(study),
          [...runs, ...missing].map(({ folder }) => folder),
        ),
        `${ended}/${runs.length + missingRuns.length}`,
        `${evaluations.length}/${evaluations.length + missing.length}${skipped.length > 0 ? ` (${skipped.length} skipped)` : ""}`,
        best ? `${percent(100 * best.mean)} (${best.method})` : "-",
      ];
    },
  },
];

/** A folder that cannot be read does not end the list. */
async function safely(describe: (folder: string) => Promise<string[]>, folder: string): Promise<string[]> {
  try {
    return await describe(folder);
  } catch (error) {
    return [`unreadable: ${(error as Error).message.split("\n")[0]}`];
  }
}

async function state(isDone: boolean, folders: readonly string[]): Promise<string> {
  if (isDone) return "done";
  const owners = await mapSequentially(folders, runOwner);
  return owners.some(owner => owner !== undefined) ? "running" : "interrupted";
}

function percent(value: number): string {
  return `${value.toFixed(1)}%`;
}
