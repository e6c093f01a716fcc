import { writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { type Command, Option } from "commander";
import { outerStepRow } from "../export/metric-rows.js";
import { type TrackParams, track, trackers } from "../export/track.js";
import { rewardCycles } from "../figures/reward-cycles.js";
import { renderSvg } from "../figures/svg/render-svg.js";
import { recordOutside } from "../lab/open-experiment.js";
import { runStatus } from "../lab/run-status.js";
import { folderKind } from "../report/folder-kind.js";
import type { SoarConfig } from "../soar/config.js";
import { recordReward } from "../soar/open-lab.js";
import { parseConfig } from "../soar/parse-config.js";
import { presets } from "../soar/presets.js";
import { soarLogKind } from "../soar/run-log.js";
import { runSoar } from "../soar/run-soar.js";
import { followEvaluation } from "./follow-evaluation.js";
import { applySetOption, collect, positiveNumber } from "./options.js";
import { printPlan } from "./print-plan.js";
import { printSummary } from "./print-summary.js";
import { progressDisplay } from "./progress-display.js";
import { readConfigSource } from "./read-config-source.js";
import { runInterruptibly } from "./run-interruptibly.js";
import { type UsedModule, useModule, useOption } from "./use-module.js";

interface RunOptions extends TrackOptions {
  out?: string;
  seed?: string;
  set: string[];
  json?: boolean;
  server?: string;
  use?: string;
  dryRun?: true;
  tokensPerSecond?: number;
  memory?: number;
}

/** `soarlab run` and `soarlab resume`. */
export function registerRun(program: Command): void {
  program
    .command("run")
    .description("run SOAR from a preset or a configuration file")
    .argument("<config>", `a preset (${Object.keys(presets).join(", ")}) or a JSON or YAML file`)
    .option("--out <folder>", "folder of the run (default: runs/NAME-seed-N)")
    .option("--seed <n>", "seed of every random choice")
    .option("--server <url>", "a training server that speaks the Tinker API, instead of a local one")
    .option("--set <path=value>", "change one field, e.g. --set student.steps=8 (repeatable)", collect, [])
    .option(...useOption)
    .addOption(trackOption())
    .option(...trackPython)
    .option("--json", "write progress and notices to stderr as lines of JSON")
    .option("--dry-run", "run nothing; print the tokens, requests, memory and time that the run needs")
    .option(
      "--tokens-per-second <n>",
      "with --dry-run: tokens sampled and trained per second",
      positiveNumber,
    )
    .option("--memory <GB>", "with --dry-run: memory of the server's GPU (or machine)", positiveNumber)
    .action(async (source: string, options: RunOptions) => {
      const used = await useModule(options.use);
      const { domain, teacherReward } = used;
      const config = recordReward(
        recordOutside(await readConfig(source, options), { domain }),
        teacherReward,
      );
      if (options.dryRun) return printPlan(config, options);
      const name = source.replace(/^.*\//, "").replace(/\.(json|ya?ml)$/, "");
      const folder = options.out ?? `runs/${name}-seed-${config.seed}`;
      const standing = await runStatus(soarLogKind, { folder, config });
      if (standing !== "missing")
        console.error(`${folder} ${standing === "ended" ? "is complete:" : "holds this run; resuming it"}`);
      await follow(folder, options, used, standing === "missing" ? config : undefined);
    });

  program
    .command("resume")
    .description("resume a run or an evaluation that was interrupted")
    .argument("<run>", "folder of the run")
    .option(...useOption)
    .addOption(trackOption())
    .option(...trackPython)
    .option("--json", "write progress and notices of a run to stderr as lines of JSON")
    .action(async (folder: string, options: TrackOptions & { use?: string; json?: boolean }) => {
      const kind = folderKind(folder);
      if (kind === "study") {
        throw new Error(`${folder} holds a study; resume it with its study file: soarlab study FILE`);
      }
      const used = await useModule(options.use);
      return kind === "evaluation" ? followEvaluation(folder, used) : follow(folder, options, used);
    });
}

/** Runs or resumes with a progress display, and ends with the summary. */
async function follow(
  folder: string,
  options: TrackOptions & { json?: boolean },
  { domain, teacherReward }: UsedModule,
  config?: SoarConfig,
): Promise<void> {
  const display = progressDisplay(process.stderr, options.json);
  const tracker = await openTracker(folder, { ...options, config, onNotice: display.notice });
  const hint = `interrupted; everything up to the last finished outer step is kept. To resume: soarlab resume ${folder}`;
  try {
    const run = await runInterruptibly(hint, signal =>
      runSoar({
        folder,
        config,
        domain,
        reward: teacherReward,
        signal,
        onProgress: display.update,
        onStep: step => {
          display.step(step);
          tracker?.log(outerStepRow(step));
        },
        onNotice: display.notice,
      }),
    );
    display.end();
    printSummary(run);
    const picture = join(folder, "reward-cycles.svg");
    await writeFile(picture, await renderSvg(rewardCycles(run)));
    console.log(`\npicture of the teacher's reward cycles: ${picture}`);
  } finally {
    display.end();
    await tracker?.close();
  }
}

interface TrackOptions {
  track?: TrackParams["tracker"];
  trackPython: string;
}

function trackOption(): Option {
  return new Option(
    "--track <tracker>",
    "send metrics to a tracker during the run, through its Python client",
  ).choices(trackers);
}

const trackPython = [
  "--track-python <python>",
  "Python interpreter in which the tracker's client is installed",
  "python3",
] as const;

async function openTracker(
  folder: string,
  { track: tracker, trackPython: python, ...more }: TrackOptions & Pick<TrackParams, "config" | "onNotice">,
) {
  if (tracker === undefined) return undefined;
  return track({ tracker, name: basename(resolve(folder)), python, ...more });
}

async function readConfig(source: string, { seed, server, set }: RunOptions): Promise<SoarConfig> {
  const input = structuredClone(await readConfigSource(source)) as Record<string, unknown>;
  for (const assignment of set) applySetOption(input, assignment);
  if (seed !== undefined) applySetOption(input, `seed=${seed}`);
  if (server !== undefined) applySetOption(input, `server.url=${server}`);
  return parseConfig(input, source);
}
