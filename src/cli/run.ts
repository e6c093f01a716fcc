import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { parse as parseYaml } from "yaml";
import { renderSvg } from "../figures/render-svg.js";
import { rewardCycles } from "../figures/reward-cycles.js";
import type { SoarConfig } from "../soar/config.js";
import { parseConfig } from "../soar/parse-config.js";
import { presets } from "../soar/presets.js";
import { readRun, runFiles } from "../soar/run-log.js";
import { runSoar } from "../soar/run-soar.js";
import { interruptible } from "./interruptible.js";
import { printSummary } from "./print-summary.js";
import { progressDisplay } from "./progress-display.js";

interface RunOptions {
  out?: string;
  seed?: string;
  set: string[];
  server?: string;
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
    .action(async (source: string, options: RunOptions) => {
      const config = await readConfig(source, options);
      const name = source.replace(/^.*\//, "").replace(/\.(json|ya?ml)$/, "");
      const folder = options.out ?? `runs/${name}-seed-${config.seed}`;
      await follow(folder, (await holdsThisRun(folder, config)) ? undefined : config);
    });

  program
    .command("resume")
    .description("go on with a run that was interrupted")
    .argument("<run>", "folder of the run")
    .action((folder: string) => follow(folder));
}

/** Whether a folder holds a run of the same configuration: then running it again means going on with it. */
async function holdsThisRun(folder: string, config: SoarConfig): Promise<boolean> {
  if (!existsSync(join(folder, runFiles.config))) return false;
  const run = await readRun(folder);
  if (!isDeepStrictEqual(run.config, config)) {
    throw new Error(`${folder} holds a run of another configuration; choose another folder with --out`);
  }
  console.error(
    run.ended ? `${folder} is done:` : `${folder} holds this run; going on after step ${run.nextStep}`,
  );
  return true;
}

/** Runs or resumes with a progress display, and ends with the summary. */
async function follow(folder: string, config?: SoarConfig): Promise<void> {
  const display = progressDisplay(process.stderr);
  const hint = `interrupted; everything up to the last finished outer step is kept. Go on with: soarlab resume ${folder}`;
  try {
    const run = await interruptible(hint, signal =>
      runSoar({
        folder,
        config,
        signal,
        onProgress: display.update,
        onStep: display.step,
        onNotice: notice => console.error(notice),
      }),
    );
    display.end();
    printSummary(run);
    const picture = join(folder, "reward-cycles.svg");
    await writeFile(picture, await renderSvg(rewardCycles(run)));
    console.log(`\npicture of the teacher's reward cycles: ${picture}`);
  } finally {
    display.end();
  }
}

async function readConfig(source: string, { seed, server, set }: RunOptions): Promise<SoarConfig> {
  const input = structuredClone(await readSource(source)) as Record<string, unknown>;
  for (const assignment of set) assign(input, assignment);
  if (seed !== undefined) assign(input, `seed=${seed}`);
  if (server !== undefined) assign(input, `server.url=${server}`);
  return parseConfig(input, source);
}

async function readSource(source: string): Promise<unknown> {
  if (source in presets) return presets[source as keyof typeof presets];
  if (!existsSync(source)) {
    throw new Error(`${source} is neither a preset (${Object.keys(presets).join(", ")}) nor a file`);
  }
  const text = await readFile(source, "utf8");
  try {
    return parseYaml(text); // JSON is YAML
  } catch (error) {
    throw new Error(`${source} is neither JSON nor YAML: ${(error as Error).message}`);
  }
}

/** Sets "a.b=value" in a configuration; the value is read as YAML, so numbers and booleans are what they look like. */
function assign(input: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf("=");
  if (at < 1) throw new Error(`--set ${assignment}: expected path=value, e.g. student.steps=8`);
  const path = assignment.slice(0, at).split(".");
  const last = path.pop()!;
  let node = input;
  for (const key of path) {
    node[key] ??= {};
    node = node[key] as Record<string, unknown>;
  }
  node[last] = parseYaml(assignment.slice(at + 1));
}

function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}
