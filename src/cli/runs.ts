import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { runOwner } from "../soar/lock-run.js";
import { type RunRecord, readRun, runFiles } from "../soar/run-log.js";

/** `soarlab runs`. */
export function registerRuns(program: Command): void {
  program
    .command("runs")
    .description("list the runs of a folder with their state")
    .argument("[folder]", "folder of runs", "runs")
    .action(async (folder: string) => {
      const names = await readdir(folder).catch(() => {
        throw new Error(`${folder}: no such folder`);
      });
      const folders = names.sort().map(name => join(folder, name));
      const rows = await Promise.all(folders.filter(isRun).map(describeRun));
      if (rows.length === 0) throw new Error(`${folder} holds no runs`);
      const width = Math.max(4, ...rows.map(row => row.folder.length));
      console.log(`${"run".padEnd(width)}  state        steps    promotions  kept  baseline (train)`);
      for (const row of rows) console.log(`${row.folder.padEnd(width)}  ${row.text}`);
    });
}

function isRun(folder: string): boolean {
  return existsSync(join(folder, runFiles.events));
}

async function describeRun(folder: string): Promise<{ folder: string; text: string }> {
  let run: RunRecord;
  try {
    run = await readRun(folder);
  } catch (error) {
    return { folder, text: `unreadable: ${(error as Error).message.split("\n")[0]}` };
  }
  const state = run.ended ? "done" : (await runOwner(folder)) !== undefined ? "running" : "interrupted";
  const accuracy = (run.promotions.at(-1)?.accuracy ?? run.start?.baseline)?.train;
  const cells = [
    state.padEnd(11),
    `${run.nextStep}/${run.config.outerSteps}`.padEnd(7),
    String(run.promotions.length).padStart(10),
    String(run.promotionQuestions.length).padStart(4),
    accuracy?.toFixed(3) ?? "-",
  ];
  return { folder, text: cells.join("  ") };
}
