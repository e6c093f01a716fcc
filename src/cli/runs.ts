import { readdir } from "node:fs/promises";
import { join } from "node:path";
import type { Command } from "commander";
import { listExperiments } from "../report/list-experiments.js";

/** `soarlab runs`. */
export function registerRuns(program: Command): void {
  program
    .command("runs")
    .description("list the runs, evaluations and studies in a folder with their status")
    .argument("[folder]", "folder to search", "runs")
    .action(async (folder: string) => {
      const names = await readdir(folder).catch(() => {
        throw new Error(`${folder}: no such folder`);
      });
      const folders = names.sort().map(name => join(folder, name));
      const lists = await listExperiments(folders);
      if (lists.length === 0) throw new Error(`${folder} contains no runs`);
      const tables = lists.map(({ heads, rows }) =>
        plainTable([heads, ...rows.map(({ folder, cells }) => [folder, ...cells])]),
      );
      console.log(tables.join("\n\n"));
    });
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
