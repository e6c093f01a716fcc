import { existsSync, statSync } from "node:fs";
import { type Command, InvalidArgumentError } from "commander";
import { readEvaluation } from "../evaluation/read-evaluation.js";
import { type DatasetFilesParams, datasetFiles } from "../export/hub/dataset-files.js";
import { modelFiles } from "../export/hub/model-files.js";
import { type PublishedFile, publish } from "../export/hub/publish.js";
import { loadProblems } from "../problems/load-problems.js";
import { folderKind } from "../report/folder-kind.js";
import { readRun } from "../soar/run-log.js";
import { readStudy } from "../study/read-study.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface Options {
  repo: string;
  public?: boolean;
  dryRun?: boolean;
  weights?: boolean;
  license?: string;
}

/** `soarlab publish SOURCE --repo OWNER/NAME`: questions, evaluations and report, or weights, to the Hugging Face hub. */
export function registerPublish(program: Command): void {
  program
    .command("publish")
    .description(
      "upload questions, evaluations and the report to the Hugging Face hub, as a data set with a card",
    )
    .argument(
      "<source>",
      "folder of a SOAR run, an evaluation or a study, or a table of questions and answers",
    )
    .requiredOption(
      "--repo <owner/name>",
      "repository on the hub; created as private if it does not exist",
      repoName,
    )
    .option("--weights", "upload the run's checkpoints instead, as a model repository")
    .option("--public", "make a new repository public")
    .option("--dry-run", "show what would be uploaded, and upload nothing")
    .option("--license <id>", "license, as the hub names it (default: mit for data, none for weights)")
    .action(async (source: string, { repo, weights, license, dryRun, public: isPublic }: Options) => {
      const type = weights ? "model" : "dataset";
      const files = weights
        ? await modelFiles({ repo, run: await readRun(source), license })
        : await datasetFiles({ repo, license, ...(await readSource(source)) });
      if (dryRun) {
        await show(files, `${isPublic ? "a public" : "a private"} ${type} repository ${repo}`);
        return;
      }
      const { url, commit } = await runInterruptibly("interrupted; nothing was published", signal =>
        publish({ repo, type, files, isPublic, signal }),
      );
      console.log(`${url}\ncommit ${commit}, ${files.length} files`);
    });
}

function repoName(text: string): string {
  if (/^[\w.-]+\/[\w.-]+$/.test(text)) return text;
  throw new InvalidArgumentError("expected OWNER/NAME.");
}

async function readSource(source: string): Promise<Omit<DatasetFilesParams, "repo">> {
  if (!existsSync(source)) throw new Error(`${source}: no such run, evaluation, study or file`);
  if (!statSync(source).isDirectory()) return { problems: (await loadProblems({ path: source })).problems };
  const kind = folderKind(source);
  if (kind === "evaluation") return { evaluations: [await readEvaluation(source)] };
  if (kind !== "study") return { runs: [await readRun(source)] };
  const study = await readStudy(source);
  return {
    study,
    runs: study.runs.map(({ record }) => record),
    evaluations: study.evaluations.map(({ record }) => record),
  };
}

async function show(files: readonly PublishedFile[], where: string): Promise<void> {
  console.log(`would be uploaded to ${where}:`);
  for (const { path, content } of files) console.log(`${String(content.size).padStart(12)}  ${path}`);
  const card = files.find(({ path }) => path === "README.md");
  console.log(`\n${await card!.content.text()}`);
}
