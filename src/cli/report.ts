import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { readRun, runFiles } from "../soar/run-log.js";
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
    .description("write one self-contained HTML page about one or several runs, live or done")
    .argument("<runs...>", "folders of runs")
    .option("--out <file>", "HTML file (default: report.html in the run's folder, or here for several runs)")
    .option("--watch", "write it anew while the runs go on; the page reloads itself")
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

/** Writes the report; returns whether all runs have ended. */
async function writeReport(folders: string[], out: string, isWatched: boolean): Promise<boolean> {
  // Loaded here: other commands need no figures.
  const { reportHtml } = await import("../figures/report-html.js");
  const runs = await Promise.all(folders.map(readRun));
  const isDone = runs.every(run => run.ended);
  const html = await reportHtml(runs, { refresh: isWatched && !isDone ? watchSeconds : undefined });
  await mkdir(dirname(out), { recursive: true });
  // A page that is loaded at this moment is the old one or the new one, never half of one.
  await writeFile(`${out}.part`, html);
  await rename(`${out}.part`, out);
  return isDone;
}

async function watch(folders: string[], out: string, signal: AbortSignal): Promise<void> {
  let written = "";
  for (;;) {
    const now = await fingerprint(folders);
    if (now !== written) {
      written = now;
      if (await writeReport(folders, out, true)) break;
      console.error(`${new Date().toLocaleTimeString("en-GB")} wrote ${relative(".", out)}`);
    }
    await sleep(watchSeconds * 1000, undefined, { signal }).catch(() => {
      throw signal.reason ?? new Interrupted("stopped");
    });
  }
  console.log(relative(".", out) || out);
}

/** Changes when a log grows. */
async function fingerprint(folders: string[]): Promise<string> {
  const sizes = await Promise.all(
    folders.map(
      async folder => (await stat(join(folder, runFiles.events)).catch(() => undefined))?.size ?? 0,
    ),
  );
  return sizes.join(" ");
}
