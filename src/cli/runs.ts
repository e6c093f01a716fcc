import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { passAt1Curve } from "../evaluation/pass-at-1-curve.js";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import { runOwner } from "../lab/event-log.js";
import { readRun } from "../soar/run-log.js";
import { isStudyDone, readStudy } from "../study/read-study.js";
import { studyPassAtK } from "../study/study-pass-at-k.js";
import { mapSequentially } from "../util/map-sequentially.js";
import { folderKind } from "./folder-kind.js";

/** `soarlab runs`. */
export function registerRuns(program: Command): void {
  program
    .command("runs")
    .description("list the runs, evaluations and studies of a folder with their state")
    .argument("[folder]", "folder of runs", "runs")
    .action(async (folder: string) => {
      const names = await readdir(folder).catch(() => {
        throw new Error(`${folder}: no such folder`);
      });
      const folders = names.sort().map(name => join(folder, name));
      const tables = await mapSequentially(lists, async ({ kind, heads, describe }) => {
        const own = folders.filter(folder => folderKind(folder) === kind);
        const rows = await mapSequentially(own, async folder => [
          folder,
          ...(await safely(describe, folder)),
        ]);
        return rows.length === 0 ? [] : [plainTable([heads, ...rows])];
      });
      if (tables.flat().length === 0) throw new Error(`${folder} holds no runs`);
      console.log(tables.flat().join("\n\n"));
    });
}

/** What is said of each kind of experiment: heads of the columns, and the cells after the folder. */
const lists: {
  kind: ReturnType<typeof folderKind>;
  heads: string[];
  describe: (folder: string) => Promise<string[]>;
}[] = [
  {
    kind: "run",
    heads: ["run", "state", "steps", "promotions", "kept", "baseline (train)"],
    describe: async folder => {
      const run = await readRun(folder);
      const accuracy = (run.promotions.at(-1)?.accuracy ?? run.start?.baseline)?.train;
      return [
        await state(run.ended, [folder]),
        `${run.nextStep}/${run.config.outerSteps}`,
        String(run.promotions.length),
        String(run.promotionQuestions.length),
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

/** A list goes on past a folder that cannot be read. */
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

/** Columns of text, wide enough for their cells; a lone cell after the first, a message, may be longer. */
function plainTable(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, c) =>
    Math.max(...rows.filter(row => c === 0 || row.length > 2).map(row => row[c]!.length)),
  );
  return rows
    .map(row =>
      row
        .map((cell, c) => cell.padEnd(widths[c]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
