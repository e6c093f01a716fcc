import { mkdir, readdir, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import { eventsFile } from "../lab/event-log.js";
import { folderKind } from "../report/folder-kind.js";
import type { ReportSection } from "../report/report-page.js";
import { readRun } from "../soar/run-log.js";
import { isStudyDone, readStudy } from "../study/read-study.js";
import { mapSequentially } from "../util/map-sequentially.js";
import { Interrupted } from "../util/stop-signal.js";
import { writeWholeFile } from "../util/write-whole-file.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface ReportCommandOptions {
  out?: string;
  watch?: boolean;
}

const watchSeconds = 5;

/** `soarlab report`. */
export function registerReport(program: Command): void {
  program
    .command("report")
    .description(
      "write one self-contained HTML page about runs, evaluations and studies, running or finished",
    )
    .argument("<folders...>", "folders of SOAR runs, evaluation runs and studies")
    .option(
      "--out <file>",
      "HTML file (default: report.html in the folder given; with several folders, in the working directory)",
    )
    .option("--watch", "rewrite the page while they run; it reloads itself")
    .action(async (folders: string[], options: ReportCommandOptions) => {
      const out = resolve(
        options.out ?? (folders.length === 1 ? join(folders[0]!, "report.html") : "report.html"),
      );
      if (!options.watch) {
        await writeReport(folders, out, false);
        console.log(relative(".", out) || out);
        return;
      }
      await runInterruptibly(`stopped; the last report is ${relative(".", out)}`, signal =>
        watch(folders, out, signal),
      );
    });
}

/** Writes the report; returns whether all its experiments have ended. */
async function writeReport(folders: string[], out: string, isWatched: boolean): Promise<boolean> {
  // Loaded here: other commands do not need figures.
  const { reportPage } = await import("../report/report-page.js");
  const { parts, isDone } = await readParts(folders);
  const text = await reportPage(parts, { refresh: isWatched && !isDone ? watchSeconds : undefined });
  await mkdir(dirname(out), { recursive: true });
  // A page loaded at this moment is the old one or the new one, never a partial one.
  await writeWholeFile(out, text);
  return isDone;
}

/** What the folders hold: each study, then all SOAR runs, then all evaluation runs. */
async function readParts(folders: string[]): Promise<{ parts: ReportSection[]; isDone: boolean }> {
  const { runsSection } = await import("../report/runs-section.js");
  const { evaluationsSection } = await import("../report/evaluations-section.js");
  const { studySection } = await import("../report/study-section.js");
  const given = new Map(folders.map(folder => [resolve(folder), folder]));
  // A folder without an experiment is read as a run, whose error says what is missing.
  const of = (kind: ReturnType<typeof folderKind>) =>
    [...given.values()].filter(folder => (folderKind(folder) ?? "run") === kind);
  const studies = await mapSequentially(of("study"), readStudy);
  const runs = await mapSequentially(of("run"), folder => readRun(folder));
  const evaluations = await mapSequentially(of("evaluation"), folder => readEvaluation(folder));
  return {
    parts: [
      ...(await mapSequentially(studies, study => studySection(study))),
      ...(runs.length > 0 ? [await runsSection(runs)] : []),
      ...(evaluations.length > 0 ? [evaluationsSection(evaluations)] : []),
    ],
    isDone: studies.every(isStudyDone) && [...runs, ...evaluations].every(({ ended }) => ended),
  };
}

async function watch(folders: string[], out: string, signal: AbortSignal): Promise<void> {
  let written: string | undefined;
  for (;;) {
    const now = await fingerprint(folders);
    let seconds = watchSeconds;
    if (now !== written) {
      written = now;
      const started = performance.now();
      if (await writeReport(folders, out, true)) break;
      console.error(`${new Date().toLocaleTimeString("en-GB")} wrote ${relative(".", out)}`);
      // The tables of a large study take CPU time that the watched study needs as well.
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
