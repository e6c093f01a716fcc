import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { z } from "zod";
import { findPath } from "../lab/find-path.js";
import { type BuiltInDomain, builtInDomains, openDomain } from "../lab/open-domain.js";
import { chooseProblems } from "../problems/choose-problems.js";
import { failAtKFromSamples } from "../problems/fail-at-k-from-samples.js";
import type { FailAtKResult } from "../problems/fail-at-k-log.js";
import { type Problem, problemSchema } from "../problems/problem.js";
import { writeHardSplit } from "../problems/write-hard-split.js";
import type { SoarConfig } from "../soar/config.js";
import { openLab, type SoarLab } from "../soar/open-lab.js";
import { parseConfig } from "../soar/parse-config.js";
import { readWholeJsonl } from "../util/jsonl.js";
import { setPath } from "../util/set-path.js";
import { writeWholeFile } from "../util/write-whole-file.js";
import { endpointSampler } from "./endpoint-sampler.js";
import { filterHard } from "./filter-hard.js";
import { hardCountTable, solveRateTable } from "./hard-tables.js";
import { applySetOption, collect, numberOption, wholeNumber } from "./options.js";
import { readConfigSource } from "./read-config-source.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface HardOptions {
  out: string;
  k?: number;
  config?: string;
  samples?: string;
  filter?: string;
  model?: string;
  start?: string;
  rank?: number;
  server?: string;
  endpoint?: string;
  endpointModel?: string;
  domain?: string;
  chat?: true;
  system?: string;
  prompt?: string;
  maxTokens?: number;
  temperature?: number;
  device?: string;
  set: string[];
  chunk: number;
  concurrency: number;
  earlyStop: boolean;
  size?: number;
  seed: number;
}

/** Where an option goes in a configuration. */
const fields = {
  model: "model.base",
  start: "model.start",
  rank: "model.rank",
  server: "server.url",
  device: "server.device",
  domain: "domain",
  system: "prompts.system",
  prompt: "prompts.student",
  maxTokens: "student.sampling.maxTokens",
  temperature: "student.sampling.temperature",
} as const;

/** `soarlab hard`. */
export function registerHard(program: Command): void {
  program
    .command("hard")
    .description(
      "fail@k: sample a model k times on each problem of a pool, and split those that it never solves into train.jsonl " +
        "and test.jsonl, for a configuration's hard.train and hard.test. The same command resumes",
    )
    .argument("<pool>", "problems as soarlab problems writes them")
    .requiredOption("--out <folder>", "folder for the halves and the filter's log")
    .option(
      "--k <n>",
      "samples a problem must fail (default: 128; of --samples, as many as there are)",
      wholeNumber(1),
    )
    .option("--config <config>", "preset or file of the run: its model, server, domain, prompts and sampling")
    .option(
      "--model <model>",
      "model folder, GGUF file, hub id or packaged name, through a local training server",
    )
    .option(
      "--start <checkpoint>",
      "checkpoint to sample instead: a folder of soarlab warm-start, or tinker://",
    )
    .option("--rank <n>", "its LoRA rank; 0 = whole model", wholeNumber(0))
    .option("--server <url>", "a training server that speaks the Tinker API, instead of a local one")
    .option(
      "--endpoint <url>",
      "an OpenAI-compatible endpoint, e.g. http://127.0.0.1:8000/v1 (key: OPENAI_API_KEY)",
    )
    .option("--endpoint-model <name>", "the model's name there (default: --model, whose tokenizer is used)")
    .option("--samples <file>", "completions that are there already, instead of a model")
    .option("--filter <name>", "of --samples: lm-eval's filter or verifiers' agent (default: the first)")
    .addOption(
      new Option("--domain <domain>", "how answers are asked for and graded (default: math)").choices(
        builtInDomains,
      ),
    )
    .option("--chat", "prompts as a user's message in the model's chat template")
    .option("--system <file>", "system message, with --chat")
    .option("--prompt <file>", "student's prompt, with {question}")
    .option("--max-tokens <n>", "longest completion (default: 1024)", wholeNumber(1))
    .option("--temperature <x>", "of sampling (default: 1)", numberOption)
    .addOption(new Option("--device <device>", "of a local server").choices(["auto", "cpu", "cuda"]))
    .option("--set <path=value>", "change one field of the configuration (repeatable)", collect, [])
    .option("--chunk <n>", "samples per request; after each one sampling may stop early", wholeNumber(1), 16)
    .option("--concurrency <n>", "problems at a time", wholeNumber(1), 8)
    .option("--no-early-stop", "sample all k of each problem, for exact solve rates")
    .option("--size <n>", "at most so many hard problems, drawn at random", wholeNumber(2))
    .option("--seed <n>", "of samples, draw and split", wholeNumber(0), 0)
    .action(async (pool: string, options: HardOptions) => {
      const problems = await readPool(pool);
      const hint = "interrupted; finished problems are kept. Run the same command to resume";
      const results = await runInterruptibly(hint, signal =>
        options.samples === undefined
          ? sample(pool, problems, options, signal)
          : fromSamples(problems, options),
      );
      const k = options.samples === undefined ? (options.k ?? 128) : options.k;
      await finish(problems, results, k, options);
    });
}

async function readPool(path: string): Promise<Problem[]> {
  const hint = "soarlab problems makes a pool of a data set or a table";
  if (!existsSync(path)) throw new Error(`${path}: no such file; ${hint}`);
  const problems = await readWholeJsonl(path, problemSchema).catch((cause: Error) => {
    throw new Error(`${cause.message}\n${hint}`, { cause });
  });
  if (problems.length > 0) return problems;
  throw new Error(`${path}: no problems; ${hint}`);
}

async function fromSamples(problems: Problem[], { samples, k, filter, ...options }: HardOptions) {
  const config = options.config
    ? ((await readConfigSource(options.config)) as { domain?: BuiltInDomain })
    : {};
  const domain = await openDomain((options.domain as BuiltInDomain) ?? config.domain ?? "math");
  try {
    const found = await failAtKFromSamples({
      problems,
      path: samples!,
      k,
      filter,
      domain,
      onNotice: notice => console.error(notice),
    });
    const { undecided, unmatched } = found;
    if (undecided.length > 0) {
      const fewer = k === undefined ? "no completion" : `fewer than ${k} completions`;
      console.error(`${undecided.length} problems are undecided: none right of ${fewer}`);
    }
    if (unmatched > 0) console.error(`${unmatched} completions belong to none of the problems`);
    return found.results;
  } finally {
    await domain.close?.();
  }
}

/** Samples the configured model, and streams to the folder's log. */
async function sample(pool: string, problems: Problem[], options: HardOptions, signal: AbortSignal) {
  const { out, k = 128, seed, chunk, concurrency, earlyStop: stopEarly } = options;
  const config = await readConfig(pool, options);
  const lab = await openLab({
    config,
    signal,
    sampler: await endpointSampler(config, options, { signal, onLog: line => console.error(line) }),
    onNotice: notice => console.error(notice),
  });
  try {
    await checkSettings(out, lab);
    const { results } = await filterHard({
      folder: out,
      problems,
      k,
      seed,
      chunk,
      concurrency,
      stopEarly,
      sampler: lab.baseSampler,
      tokenizer: lab.tokenizer,
      domain: lab.domain,
      prompt: lab.studentPrompt,
      ...lab.config.student.sampling,
      signal: lab.signal,
    });
    return results;
  } finally {
    await lab.close();
  }
}

async function readConfig(pool: string, options: HardOptions): Promise<SoarConfig> {
  if (options.config === undefined && options.model === undefined) {
    throw new Error(
      "name the model with --model, the run's configuration with --config, or completions with --samples",
    );
  }
  const input = structuredClone(options.config ? await readConfigSource(options.config) : {}) as Record<
    string,
    unknown
  >;
  for (const [option, field] of Object.entries(fields)) {
    const value = options[option as keyof typeof fields];
    if (value !== undefined) setPath(input, field, value);
  }
  if (options.chat) setPath(input, "prompts.format", "chat");
  if (options.start && options.rank === undefined)
    setPath(input, "model.rank", await rankOf(options.start, input));
  for (const assignment of options.set) applySetOption(input, assignment);
  // Nothing is trained: the pool takes the place of the halves, and any engine will do.
  setPath(input, "hard", { train: pool, test: pool });
  setPath(input, "server.tolerate", ["adamParameters", "lossReduction"]);
  for (const role of ["student", "teacher"]) {
    setPath(input, `${role}.optimization.klCoefficient`, 0);
    setPath(input, `${role}.optimization.gradientClip`, 0);
  }
  return parseConfig(input, options.config ?? "the options");
}

/** The rank of a checkpoint folder; of one on a server, the configured. */
async function rankOf(start: string, input: Record<string, unknown>): Promise<number> {
  const file = join(findPath(start), "checkpoint.json");
  if (existsSync(file)) return checkpointSchema.parse(JSON.parse(await readFile(file, "utf8"))).spec.rank;
  return (input.model as { rank?: number } | undefined)?.rank ?? 0;
}

const checkpointSchema = z.object({ spec: z.object({ rank: z.int() }) });

/**
 * Writes what the completions are of, or compares it with what an earlier call wrote.
 * @throws Error if the folder's log is of another model, prompt or sampling
 */
async function checkSettings(folder: string, { config, studentPrompt, baseModel }: SoarLab): Promise<void> {
  const { model, domain, sampler, student } = config;
  const prompt = createHash("sha256").update(studentPrompt("?").join(" ")).digest("hex").slice(0, 16);
  const settings = {
    model: sampler?.name ?? lastPart(baseModel),
    ...(model.start && { start: model.start }),
    domain,
    ...student.sampling,
    prompt,
  };
  const file = join(folder, "hard.json");
  if (existsSync(file)) {
    const before = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    const other = Object.entries({ ...before, ...settings }).find(
      ([name]) => before[name] !== settings[name as keyof typeof settings],
    );
    if (!other) return;
    const [name] = other;
    throw new Error(
      `${file}: the samples of this folder are of ${name} ${before[name]}, this call has ${settings[name as keyof typeof settings]}. ` +
        "Name another folder with --out, or remove this one",
    );
  }
  await mkdir(folder, { recursive: true });
  await writeWholeFile(file, `${JSON.stringify(settings, null, 2)}\n`);
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** Splits and writes the hard problems; prints the histogram and the counts. */
async function finish(
  problems: Problem[],
  results: FailAtKResult[],
  k: number | undefined,
  options: HardOptions,
) {
  const byId = new Map(results.map(result => [result.id, result]));
  const isHard = ({ tried, solved }: FailAtKResult) => solved === 0 && tried >= (k ?? 1);
  const hard = problems.filter(({ id }) => isHard(byId.get(id)!));
  console.log(solveRateTable(results));
  if (options.samples === undefined && options.earlyStop) {
    console.log(
      "sampling stopped at the first success, so rates above 0 are rough; --no-early-stop gives exact ones",
    );
  }
  const name = k === undefined ? "fail@k" : `fail@${k}`;
  if (hard.length < 2) {
    throw new Error(
      `${hard.length} of ${problems.length} problems are hard (${name}); two halves need at least 2: give a larger or harder pool, or a smaller --k`,
    );
  }
  const { size = hard.length, seed, out } = options;
  const { train, test } = await writeHardSplit(out, chooseProblems(hard, size, seed), seed);
  console.log(`\n${hardCountTable(name, problems, { hard, train, test })}`);
  console.log(`wrote ${train.length} + ${test.length} problems. In a configuration:`);
  console.log(`hard: {train: ${join(out, "train.jsonl")}, test: ${join(out, "test.jsonl")}}`);
}
