import type { Command } from "commander";
import { checkEngine, type EngineCheck } from "../training/engine/check-engine.js";
import { wholeNumber } from "./options.js";
import { runInterruptibly } from "./run-interruptibly.js";

interface CheckOptions {
  model?: string;
  rank: number;
  json?: true;
}

/** `soarlab engine check`. */
export function registerEngine(program: Command): void {
  program
    .command("engine")
    .description("training engines that speak the Tinker API")
    .command("check")
    .description(
      "test an engine: where it follows the API, what soarlab adapts to, and what would harm a run",
    )
    .argument("<url>", "address of the engine; the key is read from TINKER_API_KEY")
    .option("--model <name>", "base model, as the engine names it (default: the first that it offers)")
    .option("--rank <n>", "LoRA rank to try; 0 = full fine-tuning", wholeNumber(0, 4096), 8)
    .option("--json", "print the report as JSON")
    .action(async (url: string, { model, rank, json }: CheckOptions) => {
      const report = await runInterruptibly("engine check interrupted", signal =>
        checkEngine({
          baseUrl: url,
          baseModel: model,
          rank,
          signal,
          onWait: notice => console.error(notice),
          onCheck: check => json || console.log(describe(check)),
        }),
      );
      if (json) {
        console.log(JSON.stringify(report, null, 2));
        return;
      }
      const counts = (["pass", "adapted", "failure"] as const).map(
        verdict => `${report.checks.filter(check => check.verdict === verdict).length} ${verdict}`,
      );
      const what = `${report.baseModel}, rank ${rank}, ${report.seconds.toFixed(0)} s`;
      console.log(`\n${report.url}: ${counts.join(", ")} (${what})`);
    });
}

function describe({ name, verdict, found, effect }: EngineCheck): string {
  const head = `${verdict.padEnd(8)} ${name.padEnd(38)} ${found}`;
  return effect ? `${head}\n${" ".repeat(9)}${effect}` : head;
}
