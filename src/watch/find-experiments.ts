import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import { eventsFile } from "../lab/event-log.js";
import { folderKind } from "../report/folder-kind.js";
import { mapSequentially } from "../util/map-sequentially.js";

/** A run, an evaluation or a study in a folder. */
export interface Experiment {
  folder: string;
  kind: "run" | "evaluation" | "study";
  /** Changes when one of its logs grows. */
  version: string;
}

/** The experiments that folders are, or that lie directly in them, in the order of their names. */
export async function findExperiments(folders: readonly string[]): Promise<Experiment[]> {
  const found = await mapSequentially(folders, async folder => {
    if (folderKind(folder)) return [folder];
    const names = await readdir(folder).catch(() => []);
    return names.sort().map(name => join(folder, name));
  });
  const experiments = await mapSequentially([...new Set(found.flat())], async folder => {
    const kind = folderKind(folder);
    return kind ? [{ folder, kind, version: await versionOf(folder, kind) }] : [];
  });
  return experiments.flat();
}

async function versionOf(folder: string, kind: Experiment["kind"]): Promise<string> {
  const files =
    kind === "study"
      ? (await readdir(folder, { recursive: true })).filter(file => file.endsWith(eventsFile))
      : [kind === "evaluation" ? evaluationLogKind.configFile : "", eventsFile, "lock"].filter(Boolean);
  const parts = await mapSequentially(files, async file => {
    const found = await stat(join(folder, file)).catch(() => undefined);
    return found ? `${found.size}@${found.mtimeMs}` : "-";
  });
  return parts.join(" ");
}
