import { isDeepStrictEqual } from "node:util";
import type { Lab } from "../lab/lab.js";
import { runLoop } from "../lab/run-loop.js";
import type { Metrics } from "../rl/rloo-step.js";
import { studentStep } from "../soar/inner-loop.js";
import type { RunRecord } from "../soar/run-log.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import type { EvaluationEvent } from "./evaluation-events.js";
import { type EvaluationLog, evaluationLogKind, evaluationsOf } from "./evaluation-log.js";
import type { OnEvaluationProgress } from "./evaluation-progress.js";
import { openStudent } from "./open-student.js";
import { sampleCounts } from "./sample-counts.js";
import { TrainingMaterial } from "./training-material.js";

export interface EvaluationLoopParams {
  lab: Lab<EvaluationConfig>;
  log: EvaluationLog;
  /** The SOAR run that is evaluated, if the configuration names one. */
  run: RunRecord | undefined;
  onProgress?: OnEvaluationProgress;
}

/**
 * An evaluation run (SOAR, section 5, App. B.6): the starting model is evaluated, then trained by RLOO on synthetic
 * questions and the hard train half, and evaluated again every so many steps. An evaluation is in the log, on disk,
 * before it is yielded. An existing log is resumed, with the same result. Leaving the loop, or stopping the
 * notebook's cell, ends it at once.
 * @throws Error if another loop over the log is active
 */
export function evaluationLoop(params: EvaluationLoopParams): AsyncGenerator<EvaluationEvent> {
  return runLoop(params.lab, params.log, lab => evaluations({ ...params, lab }));
}

async function* evaluations(params: EvaluationLoopParams): AsyncGenerator<EvaluationEvent> {
  const { lab, log, run, onProgress = () => {} } = params;
  if (log.events.at(-1)?.type === "end") return;
  const { seed, training, test } = lab.config;
  const { steps } = training;
  const last = evaluationsOf(log).at(-1);
  const student = await openStudent(lab, run, last?.checkpoint);
  await deletePreviousCheckpoint(lab, log);
  const sampler = async () => (student ? student.sampler() : lab.baseSampler);
  const material = await TrainingMaterial.open({ lab, log, run, sampler });
  await announce(lab, log);

  const evaluate = async (step: number, metrics: Metrics[], started: number): Promise<EvaluationEvent> => {
    onProgress({ step, steps, phase: "evaluating", reward: metrics.at(-1)?.["reward/mean"] });
    const counts = await sampleCounts(lab, {
      sampler: await sampler(),
      problems: lab.hardSplit.test,
      samples: test.samples,
      seed: deriveSeed(seed, "test", step),
    });
    const event: EvaluationEvent = {
      type: "evaluation",
      at: new Date().toISOString(),
      step,
      training: metrics,
      correct: counts.map(({ correct }) => correct),
      samples: test.samples,
      checkpoint: step < steps ? await student!.saveState(`evaluated-${step}`) : null,
      questionBytes: material.questionBytes,
      seconds: (performance.now() - started) / 1000,
    };
    await log.append(event);
    await deletePreviousCheckpoint(lab, log);
    return event;
  };

  if (!last) yield await evaluate(0, [], performance.now());
  for (let step = last?.step ?? 0; step < steps; ) {
    const started = performance.now();
    const until = evaluationLogKind.stepAfter(step, lab.config);
    await material.renew(step);
    const metrics: Metrics[] = [];
    for (; step < until; step++) {
      const batch = material.nextBatch();
      metrics.push(await studentStep(lab, { student: student!, batch, step, steps, seed }));
      onProgress({ step: step + 1, steps, phase: "training", reward: metrics.at(-1)!["reward/mean"] });
    }
    yield await evaluate(step, metrics, started);
  }
  await student?.unload();
  await log.append({ type: "end", at: new Date().toISOString() });
}

/** Deletes the state before the last logged one, which counted until then; a killed process may not have done so. */
async function deletePreviousCheckpoint(lab: Lab<EvaluationConfig>, log: EvaluationLog): Promise<void> {
  const previous = evaluationsOf(log).at(-2)?.checkpoint;
  if (previous) await lab.service.deleteCheckpoint(previous);
}

/**
 * Logs that the evaluation begins or is resumed.
 * @throws Error if it would be resumed with other test problems than it began with
 */
async function announce(lab: Lab<EvaluationConfig>, log: EvaluationLog): Promise<void> {
  const at = new Date().toISOString();
  const problems = lab.hardSplit.test.map(({ id }) => id);
  const start = log.events.find(event => event.type === "start");
  const { engine } = lab.service;
  if (!start) {
    const { version, software, baseModel } = lab;
    return log.append({ type: "start", at, version, software, baseModel, problems, engine });
  }
  if (!isDeepStrictEqual(start.problems, problems)) {
    throw new Error(
      `${lab.config.hard.test} (hard.test) no longer has the problems that ${log.folder} began with; evaluate into another folder`,
    );
  }
  await log.append({ type: "resume", at, step: evaluationsOf(log).at(-1)?.step ?? 0, engine });
}
