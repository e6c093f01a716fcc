import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { type GymCorpus, type GymCorpusName, gymCorpora } from "../gym/gym-corpora.js";
import { gymDomain } from "../gym/gym-domain.js";
import { gymModelFiles } from "../gym/gym-model-files.js";
import { gymProblems } from "../gym/gym-problems.js";
import { pretrainGym } from "../gym/pretrain.js";
import { probeGym } from "../gym/probe-gym.js";
import { findModel } from "../lab/find-model.js";
import { writeHardSplit } from "../problems/write-hard-split.js";
import { connect } from "../training/connect.js";
import { loadTokenizer } from "../training/load-tokenizer.js";
import { startLocalServer } from "../training/start-local-server.js";
import type { ModelTokenizer } from "../training/tokenizer.js";
import type { TrainingService } from "../training/training-service.js";
import { readSafetensors, writeSafetensors } from "../util/safetensors.js";
import { filterHard } from "./filter-hard.js";
import { wholeNumber } from "./options.js";
import { runInterruptibly } from "./run-interruptibly.js";

/** Folders of a gym's model and hard split in this package. */
const folders = (gym: GymCorpusName) => ({ model: `data/${gym}-base`, hard: `data/${gym}-hard` });

/** `soarlab gym ...`: makes and measures what the embedded default is based on. */
export function registerGym(program: Command): void {
  const gym = program
    .command("gym")
    .description("make and measure the base model and the hard split of the arithmetic gym");

  gym
    .command("pretrain")
    .description("train the base model from random weights through the local server (minutes on a CPU)")
    .addOption(which())
    .option("--out <folder>", "model folder to create (default: data/NAME-base)")
    .option("--seed <n>", "seed of the weights and the corpus", wholeNumber(0), 0)
    .action(async ({ gym, out, seed }: { gym: GymCorpusName; out?: string; seed: number }) => {
      await runInterruptibly("pretraining interrupted; nothing was written", signal =>
        pretrain(gym, out ?? folders(gym).model, seed, signal),
      );
    });

  gym
    .command("probe")
    .description("measure what a model can solve, by chain length")
    .addOption(which())
    .option("--model <folder>", "model folder (default: data/NAME-base)")
    .action(({ gym, model }: { gym: GymCorpusName; model?: string }) =>
      runInterruptibly("probe interrupted", signal =>
        withServer(model ?? folders(gym).model, signal, async ({ service, tokenizer }) => {
          const minus = gym === "gym-long" ? [0, 1] : undefined;
          console.table(await probeGym({ sampler: await service.sampler(), tokenizer, minus }));
        }),
      ),
    );

  gym
    .command("hard")
    .description("filter random problems by fail@k and split them into train and held-out halves")
    .addOption(which())
    .option("--model <folder>", "model folder (default: data/NAME-base)")
    .option(
      "--out <folder>",
      "folder for train.jsonl, test.jsonl and the filter's log (default: data/NAME-hard)",
    )
    .option("--candidates <n>", "number of candidate problems", wholeNumber(1), 160)
    .option("--keep <n>", "number of hard problems to keep", wholeNumber(2), 128)
    .option("--k <n>", "number of samples that must all fail for a problem to be kept", wholeNumber(1), 128)
    .option("--seed <n>", "seed of the candidates, the samples and the split", wholeNumber(0), 0)
    .action((options: HardOptions) =>
      runInterruptibly("filter interrupted; run the same command to resume", signal =>
        makeHard(options, signal),
      ),
    );
}

/** Which gym a command is about. */
function which(): Option {
  return new Option("--gym <name>", "which gym").choices(Object.keys(gymCorpora)).default("gym");
}

async function pretrain(gym: GymCorpusName, out: string, seed: number, signal: AbortSignal): Promise<void> {
  const corpus: GymCorpus = gymCorpora[gym];
  const work = await mkdtemp(join(tmpdir(), "soarlab-pretrain-"));
  try {
    const random = join(work, "random");
    const files = gymModelFiles({ seed, openDigits: corpus.open.teacher > 0 });
    await writeFiles(random, files);
    const checkpoints = join(work, "checkpoints");
    const { weights, losses } = await withServer(
      random,
      signal,
      async ({ service, tokenizer }) => {
        const losses: string[] = [];
        const model = await pretrainGym({
          service,
          tokenizer,
          corpus,
          seed,
          onProgress: ({ step, totalSteps, loss, tokensPerSecond }) => {
            losses.push(`${step} ${loss.toFixed(4)}`);
            console.error(
              `step ${step}/${totalSteps}  loss ${loss.toFixed(4)}  ${tokensPerSecond.toFixed(0)} tokens/s`,
            );
          },
        });
        const { host, pathname } = new URL(await model.saveState("final"));
        return { weights: join(checkpoints, host, pathname, "model.safetensors"), losses };
      },
      checkpoints,
    );
    // Only the parameters, in the order and under the names of the model that they started from.
    const trained = readSafetensors(await readFile(weights));
    const names = Object.keys(readSafetensors(files["model.safetensors"] as Uint8Array));
    await writeFiles(out, {
      ...files,
      "model.safetensors": writeSafetensors(Object.fromEntries(names.map(name => [name, trained[name]!]))),
      "pretraining-loss.txt": `step loss (nats per token)\n${losses.join("\n")}\n`,
    });
    console.log(`wrote ${out}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

interface HardOptions {
  gym: GymCorpusName;
  model?: string;
  out?: string;
  candidates: number;
  keep: number;
  k: number;
  seed: number;
}

async function makeHard(options: HardOptions, signal: AbortSignal): Promise<void> {
  const { gym, candidates, keep, k, seed } = options;
  const { model = folders(gym).model, out = folders(gym).hard } = options;
  await withServer(model, signal, async ({ service, tokenizer }) => {
    const { hard, results } = await filterHard({
      folder: out,
      problems: gymProblems({ count: candidates, ...(gymCorpora[gym] as GymCorpus).hard, seed }),
      k,
      seed,
      chunk: k,
      domain: gymDomain,
      signal,
      sampler: await service.sampler(),
      tokenizer,
      maxTokens: 43,
    });
    if (hard.length < keep)
      throw new Error(
        `only ${hard.length} of ${candidates} candidates have 0 of ${k} right; ${keep} are needed. Increase --candidates`,
      );
    const { train, test } = await writeHardSplit(out, hard.slice(0, keep), seed);
    const tried = results.reduce((sum, result) => sum + result.tried, 0);
    const solved = results.reduce((sum, result) => sum + result.solved, 0);
    console.log(
      `${hard.length} of ${candidates} candidates fail ${k} of ${k} samples (${solved} hits in ${tried}); wrote ${train.length} + ${test.length} to ${out}`,
    );
  });
}

interface Served {
  service: TrainingService;
  tokenizer: ModelTokenizer;
}

/** Starts the local server on a model for as long as the action takes. */
async function withServer<T>(
  source: string,
  signal: AbortSignal,
  action: (served: Served) => Promise<T>,
  checkpoints?: string,
): Promise<T> {
  const model = await findModel(source, { signal, onLog: line => console.error(line) });
  const server = await startLocalServer({ model, device: "cpu", dtype: "float32", checkpoints, signal });
  try {
    const service = await connect({ baseUrl: server.url, apiKey: server.apiKey, signal });
    try {
      return await action({ service, tokenizer: await loadTokenizer({ model }) });
    } finally {
      await service.close();
    }
  } finally {
    await server.stop();
  }
}

async function writeFiles(folder: string, files: Record<string, string | Uint8Array>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}
