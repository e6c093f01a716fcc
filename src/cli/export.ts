import { join, relative } from "node:path";
import { type Command, Option } from "commander";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import { type ExportFormat, exportFormats, exportRuns } from "../export/export-runs.js";
import { folderKind } from "../report/folder-kind.js";
import { readRun } from "../soar/run-log.js";
import { readStudy } from "../study/read-study.js";
import { mapSequentially } from "../util/map-sequentially.js";

/** `soarlab export RUN...`: the logs of runs, as flat tables and TensorBoard's event files. */
export function registerExport(program: Command): void {
  program
    .command("export")
    .description("write metrics and questions of runs as flat tables, or for TensorBoard")
    .argument("<folders...>", "folders of SOAR runs, evaluation runs and studies")
    .option(
      "--out <folder>",
      "output folder (default: export in the folder given; with several folders, export in the working directory)",
    )
    .addOption(
      new Option("--format <formats...>", "formats of the tables").choices(exportFormats).default(["csv"]),
    )
    .action(async (folders: string[], { out, format }: { out?: string; format: ExportFormat[] }) => {
      const runs = (await mapSequentially(folders, readFolder)).flat();
      const folder = out ?? (folders.length === 1 ? join(folders[0]!, "export") : "export");
      const written = await exportRuns({ runs, out: folder, formats: format });
      for (const file of written) console.log(relative(".", file));
    });
}

async function readFolder(folder: string) {
  const kind = folderKind(folder);
  if (kind === "evaluation") return [await readEvaluation(folder)];
  if (kind !== "study") return [await readRun(folder)];
  const { runs, evaluations } = await readStudy(folder);
  return [...runs, ...evaluations].map(({ record }) => record);
}
