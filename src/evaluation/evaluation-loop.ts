import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Lab } from "../lab/lab.js";
import { runLoop } from "../lab/run-loop.js";
import { studentStep } from "../lab/student-step.js";
import { learningRate } from "../rl/learning-rate.js";
import type { Metrics } from "../rl/rloo-step.js";
import type { RunRecord } from "../soar/run-log.js";
import { deriveSeed } from "../util/derive-seed.js";
import { readJsonl } from "../util/jsonl.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import { type EvaluationEvent, trainingQuestionSchema } from "./evaluation-events.js";
import { type EvaluationLog, evaluationLogKind, trainingQuestionsFile } from "./evaluation-log.js";
import type { OnEvaluationProgress } from "./evaluation-progress.js";
import { openStudent } from "./open-student.js";
import { sampleCounts } from "./sample-counts.js";
import { trainingBatches } from "./training-batches.js";
import { type JudgedQuestion, trainingQuestions } from "./training-questions.js";

export interface EvaluationLoopParams {
  lab: Lab<EvaluationConfig>;
  log: EvaluationLog;
  /** The SOAR run that is evaluated, where the configuration names one. */
  run: RunRecord | undefined;
  onProgress?: OnEvaluationProgress;
}

/**
 * An evaluation run (SOAR, section 5, App. B.6): the starting model is evaluated, then trained by RLOO on synthetic
 * questions and the hard train half, and evaluated again every so many steps. An evaluation is in the log, on disk,
 * before it is yielded; a log that already holds some is resumed, to the same end. Leaving the loop, or stopping the
 * notebook's cell, ends it at once.
 * @throws Error if another loop over the log is under way
 */
export function evaluationLoop(params: EvaluationLoopParams): AsyncGenerator<EvaluationEvent> {
  return runLoop(params.lab, params.log, lab => evaluations({ ...params, lab }));
}

async function* evaluations(params: EvaluationLoopParams): AsyncGenerator<EvaluationEvent> {
  const { lab, log, run, onProgress = () => {} } = params;
  if (log.events.at(-1)?.type === "end") return;
  const { seed, training, test, student: settings } = lab.config;
  const { optimization, batchSize } = settings;
  const isOwn = lab.config.questions.from === "itself";

  let last = evaluationsOf(log).at(-1);
  await log.cutRows(trainingQuestionsFile, last?.questionBytes ?? 0);
  const student = await openStudent(lab, run, last?.checkpoint);
  await forgetPrevious(lab, log);

  const ask = async (step: number) =>
    trainingQuestions(lab, {
      run,
      student: await student.sampler(),
      seed: deriveSeed(seed, "questions", step),
    });
  let { questions, since } = last ? await readQuestions(log) : { questions: await ask(0), since: 0 };
  if (isOwn && questions.length === 0) {
    throw new Error("the student posed no question that is learnable for it; see questions.learnable");
  }
  let questionBytes = last?.questionBytes ?? (await keepQuestions(lab, log, questions, 0));
  await announce(lab, log, last);
  const schedule = () =>
    trainingBatches({
      questions,
      hardTrain: lab.hardSplit.train,
      training,
      batchSize,
      seed: deriveSeed(seed, "batches", since),
    });
  let nextBatch = schedule();
  for (let step = since; step < (last?.step ?? 0); step++) nextBatch();

  const evaluate = async (step: number, metrics: Metrics[], started: number): Promise<EvaluationEvent> => {
    onProgress({ step, steps: training.steps, phase: "evaluating", reward: metrics.at(-1)?.["reward/mean"] });
    const counts = await sampleCounts(lab, {
      sampler: await student.sampler(),
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
      checkpoint: step < training.steps ? await student.saveState(`evaluated-${step}`) : null,
      questionBytes,
      seconds: (performance.now() - started) / 1000,
    };
    await log.append(event);
    await forgetPrevious(lab, log);
    last = event;
    return event;
  };

  if (!last) yield await evaluate(0, [], performance.now());
  for (let step = last!.step; step < training.steps; ) {
    const started = performance.now();
    const until = evaluationLogKind.stepAfter(step, lab.config);
    const fresh = isOwn && step > 0 ? await ask(step) : [];
    // A student sure of all its answers finds no new questions, and goes on with those it has.
    if (fresh.length > 0) {
      [questions, since] = [fresh, step];
      questionBytes = await keepQuestions(lab, log, questions, step);
      nextBatch = schedule();
    }
    const metrics: Metrics[] = [];
    for (; step < until; step++) {
      const rate = learningRate({
        ...optimization,
        step,
        totalSteps: training.steps,
        peak: optimization.learningRate,
      });
      metrics.push(await studentStep(lab, { student, batch: nextBatch(), learningRate: rate, step, seed }));
      onProgress({
        step: step + 1,
        steps: training.steps,
        phase: "training",
        reward: metrics.at(-1)!["reward/mean"],
      });
    }
    yield await evaluate(step, metrics, started);
  }
  await student.unload();
  await log.append({ type: "end", at: new Date().toISOString() });
}

function evaluationsOf(log: EvaluationLog): EvaluationEvent[] {
  return log.events.filter(event => event.type === "evaluation");
}

/** Deletes the state before the last logged one, which counted until then; a killed process may not have come to it. */
async function forgetPrevious(lab: Lab<EvaluationConfig>, log: EvaluationLog): Promise<void> {
  const previous = evaluationsOf(log).at(-2)?.checkpoint;
  if (previous) await lab.service.deleteCheckpoint(previous);
}

/**
 * Logs that the evaluation begins or goes on.
 * @throws Error where it would go on with other test problems than it began with
 */
async function announce(
  lab: Lab<EvaluationConfig>,
  log: EvaluationLog,
  last: EvaluationEvent | undefined,
): Promise<void> {
  const at = new Date().toISOString();
  const problems = lab.hardSplit.test.map(({ id }) => id);
  const start = log.events.find(event => event.type === "start");
  if (start) {
    if (!isDeepStrictEqual(start.problems, problems)) {
      throw new Error(
        `${lab.config.hard.test} (hard.test) no longer has the problems that ${log.folder} began with; evaluate into another folder`,
      );
    }
    await log.append({ type: "resume", at, step: last?.step ?? 0 });
    return;
  }
  await log.append({
    type: "start",
    at,
    version: lab.version,
    baseModel: lab.service.baseModel,
    problems,
  });
}

/** Writes the questions that count from a training step on; returns the file's length. */
async function keepQuestions(
  { domain }: Lab<EvaluationConfig>,
  log: EvaluationLog,
  questions: JudgedQuestion[],
  step: number,
): Promise<number> {
  const rows = questions.map(({ question, answer, verdict }) => ({
    step,
    question,
    answer,
    kind: domain.kind?.(question),
    verdict: verdict ?? domain.judge?.(question, answer),
  }));
  return log.appendRows(trainingQuestionsFile, rows);
}

/** The questions that count where the log stands, the last that were kept, and from which training step on they do. */
async function readQuestions(log: EvaluationLog): Promise<{ questions: JudgedQuestion[]; since: number }> {
  const { rows } = await readJsonl(join(log.folder, trainingQuestionsFile), trainingQuestionSchema);
  const since = rows.at(-1)?.step ?? 0;
  return { questions: rows.filter(row => row.step === since), since };
}
