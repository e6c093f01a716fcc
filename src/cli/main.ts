#!/usr/bin/env node

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { MissingValueError } from "../lab/identity.js";
import { environment } from "../util/environment.js";
import { packageRoot } from "../util/package-root.js";
import { Interrupted } from "../util/stop-signal.js";
import { registerEngine } from "./engine.js";
import { registerEvaluate } from "./evaluate.js";
import { registerExport } from "./export.js";
import { registerGrade } from "./grade.js";
import { registerGym } from "./gym.js";
import { registerHard } from "./hard.js";
import { registerJudge } from "./judge.js";
import { registerModels } from "./models.js";
import { registerNotebook } from "./notebook.js";
import { registerPassAtK } from "./pass-at-k.js";
import { registerProblems } from "./problems.js";
import { registerPublish } from "./publish.js";
import { registerReport } from "./report.js";
import { registerRun } from "./run.js";
import { registerRuns } from "./runs.js";
import { registerServe } from "./serve.js";
import { registerStudy } from "./study.js";
import { registerWarmStart } from "./warm-start.js";
import { registerWatch } from "./watch.js";

const { version } = JSON.parse(await readFile(join(packageRoot, "package.json"), "utf8"));
const program = new Command("soarlab")
  .description("Teacher-student meta-RL of language models (SOAR): run it, watch it, take it apart.")
  .version(version)
  .showHelpAfterError("(--help lists commands and options)");

registerRun(program);
registerEvaluate(program);
registerStudy(program);
registerRuns(program);
registerReport(program);
registerWatch(program);
registerExport(program);
registerPublish(program);
registerGrade(program);
registerJudge(program);
registerPassAtK(program);
registerNotebook(program);
registerServe(program);
registerEngine(program);
registerModels(program);
registerProblems(program);
registerHard(program);
registerWarmStart(program);
registerGym(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof Interrupted) {
    console.error(`\n${error.message}`);
    process.exitCode = 130;
  } else {
    const hint =
      error instanceof MissingValueError ? ". On the command line: --use MODULE, which exports it" : "";
    console.error(`soarlab: ${error instanceof Error ? error.message : String(error)}${hint}`);
    if (environment.isDebug) console.error(error);
    process.exitCode = 1;
  }
}
