import { relative } from "node:path";
import { baselineStages } from "../soar/baseline-stages.js";
import type { RunRecord } from "../soar/run-log.js";
import { secondsByPhase } from "../soar/seconds-by-phase.js";

/** Prints the results of a finished run: promotions, D_best, baseline accuracy by stage, time by phase. */
export function printSummary(run: RunRecord): void {
  const { start, promotions, steps, promotionQuestions, folder } = run;
  console.log(
    `\nSOAR run ${relative(".", folder) || "."}: ${steps.length} outer steps, ${promotions.length} promotions`,
  );
  if (start) {
    console.log("\nstage  outer step  greedy train  greedy held-out  questions kept");
    for (const { stage, step, accuracy } of baselineStages(run)) {
      const kept = promotionQuestions.filter(question => step !== undefined && question.step <= step).length;
      const cells = [
        String(stage).padStart(5),
        (step === undefined ? "start" : String(step + 1)).padStart(10),
        accuracy.train.toFixed(3).padStart(12),
        accuracy.test.toFixed(3).padStart(15),
        String(kept).padStart(14),
      ];
      console.log(cells.join("  "));
    }
  }
  const phases = secondsByPhase(steps);
  const total = [...phases.values()].reduce((sum, value) => sum + value, 0);
  console.log("\ntime by phase");
  for (const [phase, seconds] of phases) {
    console.log(
      `  ${phase.padEnd(10)} ${seconds.toFixed(1).padStart(8)} s  ${((100 * seconds) / total).toFixed(0).padStart(3)}%`,
    );
  }
}
