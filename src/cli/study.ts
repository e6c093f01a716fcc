import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Command } from "commander";
import { checkConfig } from "../lab/check-config.js";
import { packStudy } from "../study/pack-study.js";
import { readStudy } from "../study/read-study.js";
import { runStudy, type StudyProgress } from "../study/run-study.js";
import { studySchema } from "../study/study-config.js";
import { studyProgressLine } from "../study/study-progress-line.js";
import { type LiveLine, liveLine } from "./live-line.js";
import { wholeNumber } from "./options.js";
import { readConfigSource, readYaml } from "./read-config-source.js";
import { runInterruptibly } from "./run-interruptibly.js";
import { useModule, useOption } from "./use-module.js";

interface StudyOptions {
  out?: string;
  concurrency: number;
  tables?: boolean;
  pack?: boolean;
  use?: string;
}

/** `soarlab study`. */
export function registerStudy(program: Command): void {
  program
    .command("study")
    .description(
      "run the teachers and evaluation protocols of a study file over seeds, and write tables and pictures",
    )
    .argument("<file>", "YAML or JSON file of the study; with --tables, a study's folder also works")
    .option("--out <folder>", "folder of the study (default: runs/NAME)")
    .option("--concurrency <n>", "number of evaluations that run at the same time", wholeNumber(1), 2)
    .option(...useOption)
    .option("--tables", "run nothing; write tables and pictures of the finished runs")
    .option("--pack", "compress the question logs of finished runs (gzip); all commands still read them")
    .action(async (file: string, options: StudyOptions) => {
      const folder = options.out ?? join("runs", basename(file).replace(/\.(json|ya?ml)$/, ""));
      const study = options.tables
        ? await readStudy(file.match(/\.(json|ya?ml)$/) ? folder : file)
        : await run(file, folder, options);
      // Loaded here: other commands do not need figures.
      const { writeStudyResults } = await import("../report/write-study-results.js");
      const results = await writeStudyResults(study);
      if (options.pack) await packStudy(study);
      console.log(await readFile(join(results.folder, "results.md"), "utf8"));
      console.log(`tables and pictures: ${results.folder}`);
    });
}

async function run(file: string, folder: string, { concurrency, out, use }: StudyOptions) {
  const study = checkConfig(await readYaml(file), file, studySchema);
  const base = await readConfigSource(study.config);
  const { domain, teacherReward } = await useModule(use);
  const line = liveLine(process.stderr);
  const hint = `interrupted; everything that is finished is kept. To resume, run the same command: soarlab study ${file}${out === undefined ? "" : ` --out ${out}`}`;
  try {
    return await runInterruptibly(hint, signal =>
      runStudy({
        study,
        base,
        domain,
        reward: teacherReward,
        folder,
        concurrency,
        signal,
        onNotice: line.write,
        onProgress: displayProgress(line),
      }),
    );
  } finally {
    line.end();
  }
}

/** One line per run that ends, and on a terminal the state of the running ones. */
function displayProgress(line: LiveLine): (progress: StudyProgress) => void {
  let part: StudyProgress["part"] | undefined;
  let begun = 0;
  let doneHere = 0;
  return progress => {
    const { state, done, total } = progress;
    if (progress.part !== part) {
      part = progress.part;
      begun = performance.now();
      doneHere = 0;
    }
    const { text } = studyProgressLine(progress);
    if (state === "running") line.draw(text);
    else if (state !== "done before") {
      doneHere++;
      const minutes = ((performance.now() - begun) / doneHere / 60_000) * (total - done);
      line.write(`${text}${done < total ? `  (${part}: about ${Math.ceil(minutes)} min left)` : ""}`);
    }
  };
}
