import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { startFiles } from "../lab/place-start.js";
import { type WarmStartMeasures, warmStart } from "../lab/warm-start.js";
import { mathAnswerRules } from "../problems/answer-rules.js";
import { loadProblems } from "../problems/load-problems.js";
import { readRows } from "../problems/read-rows.js";
import type { SoarConfigInput } from "../soar/config.js";
import { openLab } from "../soar/open-lab.js";
import { applySetOption, collect, positiveNumber, wholeNumber } from "./options.js";
import { readConfigSource } from "./read-config-source.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface WarmStartOptions {
  data: string;
  out?: string;
  steps: number;
  batchSize: number;
  learningRate?: number;
  seed: number;
  set: string[];
}

/** `soarlab warm-start`. */
export function registerWarmStart(program: Command): void {
  program
    .command("warm-start")
    .description(
      "fine-tune a run's model on its two roles: the teacher's format from question-answer pairs, the student's from worked " +
        "solutions. The result is a checkpoint folder for the configuration's model.start",
    )
    .argument("<config>", "a preset or a JSON or YAML file: the model, the domain and the prompts of the run")
    .requiredOption(
      "--data <file>",
      "table with the columns question and answer or solution, or, as in MATH, problem and solution",
    )
    .option("--out <folder>", "folder of the checkpoint (default: the configuration's model.start)")
    .option("--steps <n>", "number of optimizer steps", wholeNumber(1), 30)
    .option("--batch-size <n>", "number of examples per step", wholeNumber(1), 8)
    .option(
      "--learning-rate <x>",
      "peak learning rate (default: 5e-4 for LoRA, 2e-5 for all weights)",
      positiveNumber,
    )
    .option("--seed <n>", "seed of the data order and the initial adapters", wholeNumber(0), 0)
    .option("--set <path=value>", "change one field of the configuration (repeatable)", collect, [])
    .action((source: string, options: WarmStartOptions) =>
      runInterruptibly("interrupted; nothing was kept", signal => run(source, options, signal)),
    );
}

async function run(source: string, options: WarmStartOptions, signal: AbortSignal): Promise<void> {
  const input = structuredClone(await readConfigSource(source)) as Record<string, unknown>;
  for (const assignment of options.set) applySetOption(input, assignment);
  const { start, ...model } = (input.model ?? {}) as Record<string, unknown>;
  const out = options.out ?? (typeof start === "string" ? start : undefined);
  if (!out)
    throw new Error("give the checkpoint's folder with --out, or as model.start in the configuration");
  if (existsSync(out)) throw new Error(`${out} already exists; remove it, or give another folder with --out`);
  // Here the model starts from its base: this command makes the checkpoint that runs start from.
  const config = { ...input, model } as SoarConfigInput;

  const { problems, excluded } = await readProblems(options.data);
  if (excluded.length > 0)
    console.error(`${options.data}: ${excluded.length} rows left out; the first: ${excluded[0]!.reason}`);
  await mkdir(dirname(out), { recursive: true });
  const draft = await mkdtemp(join(dirname(out), ".warm-start-"));
  try {
    // The run's hard problems need not exist yet: the warm-started model finds them.
    const hardSplit = { train: [], test: [] };
    const lab = await openLab({ config, signal, hardSplit, checkpoints: join(draft, "checkpoints") });
    try {
      const started = performance.now();
      const result = await warmStart(lab, {
        ...options,
        problems,
        onStep: (step, loss) => {
          const seconds = (performance.now() - started) / 1000;
          console.error(`step ${step}/${options.steps}  loss ${loss.toFixed(3)}  ${Math.round(seconds)} s`);
        },
      });
      const isRemote = config.server?.url !== undefined;
      // Weights for sampling have no optimizer state, and our own server can train from them.
      const path = await (isRemote
        ? result.model.saveState("warm-start")
        : result.model.saveForSampling("warm-start"));
      const { model: _, ...report } = result;
      await writeFile(join(draft, "warm-start.json"), `${JSON.stringify(report, null, 2)}\n`);
      for (const [reason, count] of Object.entries(report.excluded))
        console.error(`left out: ${count}, ${reason}`);
      console.log(`before  ${line(report.before)}\nafter   ${line(report.after)}`);
      if (isRemote) {
        await rename(join(draft, "warm-start.json"), `${out}.json`);
        console.log(`model.start: ${path}`);
        return;
      }
      const folder = join(draft, "checkpoints", ...path.slice("tinker://".length).split("/"));
      const kept = join(draft, "kept");
      for (const file of startFiles) await cp(join(folder, file), join(kept, file));
      await rename(join(draft, "warm-start.json"), join(kept, "warm-start.json"));
      await rename(kept, out);
      console.log(`model.start: ${out}`);
    } finally {
      await lab.close();
    }
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Problems of a table with the column names of MATH or of soarlab. */
async function readProblems(path: string) {
  const first = (await readRows(path))[0]?.value ?? {};
  const isMath = !("question" in first) && "problem" in first;
  return loadProblems({
    path,
    columns: isMath ? { question: "problem", ...("type" in first && { subject: "type" }) } : undefined,
    // The domain decides which answers may be stated.
    answers: { ...mathAnswerRules, reject: () => undefined },
  });
}

function line({ loss, accepted, rejected }: WarmStartMeasures): string {
  const reasons = Object.entries(rejected).map(([reason, count]) => `${reason} ${count}`);
  const nats = (value: number) => (Number.isNaN(value) ? "-" : value.toFixed(3));
  return [
    `loss teacher ${nats(loss.teacher)} student ${nats(loss.student)} nats/token`,
    `teacher's completions accepted ${Math.round(100 * accepted)}%${reasons.length > 0 ? ` (rejected: ${reasons.join(", ")})` : ""}`,
  ].join("  ");
}
