import type { EvaluationConfig } from "../evaluation/evaluation-config.js";
import { evaluationPassAtK } from "../evaluation/evaluation-pass-at-k.js";
import { evaluationProgressLine } from "../evaluation/evaluation-progress-line.js";
import { evaluationResult } from "../evaluation/evaluation-result.js";
import type { EvaluationRecord } from "../evaluation/read-evaluation.js";
import { runEvaluation } from "../evaluation/run-evaluation.js";
import type { Outside } from "../lab/open-experiment.js";
import { liveLine } from "./live-line.js";
import { runInterruptibly } from "./run-interruptibly.js";

/** Runs or resumes an evaluation with a progress display, and ends with its table. */
export async function followEvaluation(
  folder: string,
  { domain, sampler }: Outside,
  config?: EvaluationConfig,
): Promise<void> {
  const line = liveLine(process.stderr);
  const hint = `interrupted; everything up to the last evaluation is kept. To resume: soarlab resume ${folder}`;
  try {
    const record = await runInterruptibly(hint, signal =>
      runEvaluation({
        folder,
        config,
        domain,
        sampler,
        signal,
        onNotice: line.write,
        onProgress: progress => line.draw(evaluationProgressLine(progress).text),
        onEvaluation: ({ step, correct, samples, training }) => {
          const solved = correct.filter(Boolean).length;
          const share = correct.reduce((sum, count) => sum + count, 0) / (correct.length * samples);
          const reward = training.at(-1)?.["reward/mean"];
          line.write(
            `step ${String(step).padStart(4)}  pass@1 ${percent(share)}  ${solved} of ${correct.length} problems solved${reward === undefined ? "" : `  reward ${reward.toFixed(1)}`}`,
          );
        },
      }),
    );
    line.end();
    print(record);
  } finally {
    line.end();
  }
}

function print(record: EvaluationRecord): void {
  const { folder, questions, start, config } = record;
  const { steps, plateau } = evaluationResult(record);
  const read =
    plateau === undefined
      ? `evaluated at step ${steps.join(", ")}`
      : `evaluated after the plateau at step ${plateau}`;
  console.log(
    `\n${folder}: ${start?.problems.length} problems x ${config.test.samples} samples, ${questions.length} synthetic questions; ${read}\n`,
  );
  console.log("  k    pass@k  95% interval over problems");
  for (const { k, value, low, high } of evaluationPassAtK(record)) {
    console.log(`${String(k).padStart(3)}  ${percent(value)}  ${percent(low)} to ${percent(high)}`);
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`.padStart(7);
}
