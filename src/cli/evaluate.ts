import type { Command } from "commander";
import { evaluationConfigFor } from "../evaluation/evaluation-config-for.js";
import { evaluationLogKind } from "../evaluation/evaluation-log.js";
import { type ProtocolName, protocols } from "../evaluation/protocols.js";
import { needsRun } from "../evaluation/requirements.js";
import { recordOutside } from "../lab/open-experiment.js";
import { runStatus } from "../lab/run-status.js";
import { readRun } from "../soar/run-log.js";
import { closestMatch } from "../util/closest-match.js";
import { endpointSampler } from "./endpoint-sampler.js";
import { followEvaluation } from "./follow-evaluation.js";
import { applySetOption, collect } from "./options.js";
import { readConfigSource } from "./read-config-source.js";
import { useModule, useOption } from "./use-module.js";

interface EvaluateOptions {
  run?: string;
  config?: string;
  out?: string;
  seed: string;
  set: string[];
  server?: string;
  endpoint?: string;
  endpointModel?: string;
  use?: string;
}

/** `soarlab evaluate`. */
export function registerEvaluate(program: Command): void {
  const names = Object.keys(protocols);
  program
    .command("evaluate")
    .description(
      "run one of the paper's evaluation protocols: train a fresh student, measure pass@k on the held-out half",
    )
    .argument("<protocol>", names.join(", "))
    .option("--run <folder>", "the SOAR run whose questions, teacher or promoted student are evaluated")
    .option(
      "--config <config>",
      "without a run: a preset or file with model, problems and sampling (default: gym)",
    )
    .option(
      "--out <folder>",
      "folder of the evaluation (default: runs/PROTOCOL-seed-N, or evaluations/PROTOCOL-seed-N in the run's folder)",
    )
    .option("--seed <n>", "seed of every random choice", "0")
    .option("--server <url>", "a training server that speaks the Tinker API, instead of a local one")
    .option(
      "--endpoint <url>",
      "an OpenAI-compatible endpoint, e.g. http://127.0.0.1:8000/v1, for protocols that train nothing (key: OPENAI_API_KEY)",
    )
    .option("--endpoint-model <name>", "name of the model at that endpoint (default: the configured model)")
    .option(...useOption)
    .option("--set <path=value>", "change one field, e.g. --set training.steps=50 (repeatable)", collect, [])
    .action(async (protocol: string, options: EvaluateOptions) => {
      if (!isProtocol(protocol)) {
        const guess = closestMatch(protocol, names);
        throw new Error(
          `unknown protocol ${protocol}; ${guess ? `did you mean ${guess}?` : `known: ${names.join(", ")}`}`,
        );
      }
      const changes: Record<string, unknown> = {};
      for (const assignment of options.set) applySetOption(changes, assignment);
      applySetOption(changes, `seed=${options.seed}`);
      if (options.server !== undefined) applySetOption(changes, `server.url=${options.server}`);
      const { run } = options;
      if (run !== undefined && options.config !== undefined) {
        throw new Error("--config cannot be used with --run: the run has its own configuration");
      }
      const base =
        run === undefined ? await readConfigSource(options.config ?? "gym") : (await readRun(run)).config;
      const asked = evaluationConfigFor({ protocol, base, run, changes });
      const used = await useModule(options.use);
      const outside = {
        domain: used.domain,
        sampler: (await endpointSampler(asked, options)) ?? used.sampler,
      };
      const config = recordOutside(asked, outside);
      if (run === undefined && needsRun(config)) {
        throw new Error(`${protocol} evaluates a SOAR run; give its folder with --run`);
      }
      const folder =
        options.out ?? `${run ?? "runs"}${run ? "/evaluations" : ""}/${protocol}-seed-${config.seed}`;
      const standing = await runStatus(evaluationLogKind, { folder, config });
      if (standing !== "missing") {
        console.error(
          `${folder} ${standing === "ended" ? "is complete:" : "holds this evaluation; resuming it"}`,
        );
      }
      await followEvaluation(folder, outside, standing === "missing" ? config : undefined);
    });
}

function isProtocol(name: string): name is ProtocolName {
  return Object.hasOwn(protocols, name);
}
