import { mkdir, readdir, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import { eventsFile } from "../soar/event-log.js";
import { readRun } from "../soar/run-log.js";
import { readStudy } from "../study/read-study.js";
import { folderKind } from "./folder-kind.js";
import { Interrupted, interruptible } from "./interruptible.js";

interface ReportCommandOptions {
  out?: string;
  watch?: boolean;
}

const watchSeconds = 5;

/** `soarlab report`. */
export function registerReport(program: Command): void {
  program
    .command("report")
    .description("write one self-contained HTML page about runs, evaluations or a study, live or done")
    .argument("<folders...>", "folders of SOAR runs, or of evaluation runs, or of one study")
    .option("--out <file>", "HTML file (default: report.html in the folder, or here for several)")
    .option("--watch", "write it anew while they go on; the page reloads itself")
    .action(async (folders: string[], options: ReportCommandOptions) => {
      const out = resolve(
        options.out ?? (folders.length === 1 ? join(folders[0]!, "report.html") : "report.html"),
      );
      if (!options.watch) {
        await writeReport(folders, out, false);
        console.log(relative(".", out) || out);
        return;
      }
      await interruptible(`stopped; the report is ${relative(".", out)}`, signal =>
        watch(folders, out, signal),
      );
    });
}

/** A page that can be made. */
interface Page {
  /** Whether all that it is about has ended. */
  isDone: boolean;
  html(options: { refresh?: number }): Promise<string>;
}

/** Writes the report; returns whether all that it is about has ended. */
async function writeReport(folders: string[], out: string, isWatched: boolean): Promise<boolean> {
  const { isDone, html } = await readPage(folders);
  const text = await html({ refresh: isWatched && !isDone ? watchSeconds : undefined });
  await mkdir(dirname(out), { recursive: true });
  // A page that is loaded at this moment is the old one or the new one, never half of one.
  await writeFile(`${out}.part`, text);
  await rename(`${out}.part`, out);
  return isDone;
}

/**
 * Reads what the folders hold, all of one kind. Pages are loaded here: other commands need no figures.
 * @throws Error where they hold different kinds, or several studies
 */
async function readPage(folders: string[]): Promise<Page> {
  const kinds = folders.map(folderKind);
  const other = kinds.findIndex(kind => kind !== kinds[0]);
  if (other > 0) {
    throw new Error(
      `${folders[0]} holds ${named(kinds[0])}, ${folders[other]} ${named(kinds[other])}; a report is about one kind`,
    );
  }
  if (kinds[0] === "study") {
    if (folders.length > 1) throw new Error("a report is about one study; make one for each");
    const { studyHtml } = await import("../study/study-html.js");
    const study = await readStudy(folders[0]!);
    const { runs, missingRuns, missing } = study;
    return {
      isDone: missing.length + missingRuns.length === 0 && runs.every(({ record }) => record.ended),
      html: options => studyHtml(study, options),
    };
  }
  if (kinds[0] === "evaluation") {
    const { evaluationHtml } = await import("../study/evaluation-html.js");
    const records = await Promise.all(folders.map(readEvaluation));
    return {
      isDone: records.every(({ ended }) => ended),
      html: options => evaluationHtml(records, options),
    };
  }
  const { reportHtml } = await import("../figures/report-html.js");
  const runs = await Promise.all(folders.map(readRun));
  return { isDone: runs.every(({ ended }) => ended), html: options => reportHtml(runs, options) };
}

function named(kind: ReturnType<typeof folderKind>): string {
  return { study: "a study", evaluation: "an evaluation run", run: "a SOAR run", none: "no run" }[
    kind ?? "none"
  ];
}

async function watch(folders: string[], out: string, signal: AbortSignal): Promise<void> {
  let written = "";
  for (;;) {
    const now = await fingerprint(folders);
    let seconds = watchSeconds;
    if (now !== written) {
      written = now;
      const started = performance.now();
      if (await writeReport(folders, out, true)) break;
      console.error(`${new Date().toLocaleTimeString("en-GB")} wrote ${relative(".", out)}`);
      // The tables of a large study take their time, which what is watched needs as well.
      seconds = Math.max(seconds, (10 * (performance.now() - started)) / 1000);
    }
    await sleep(seconds * 1000, undefined, { signal }).catch(() => {
      throw signal.reason ?? new Interrupted("stopped");
    });
  }
  console.log(relative(".", out) || out);
}

/** Changes when a log in the folders, or in folders of theirs, grows. */
async function fingerprint(folders: string[]): Promise<string> {
  const logs = await Promise.all(
    folders.map(async folder => {
      const files = await readdir(folder, { recursive: true }).catch(() => []);
      return files.filter(file => file.endsWith(eventsFile)).map(file => join(folder, file));
    }),
  );
  const sizes = await Promise.all(
    logs.flat().map(async log => (await stat(log).catch(() => undefined))?.size ?? 0),
  );
  return sizes.join(" ");
}
