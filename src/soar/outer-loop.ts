import { isDeepStrictEqual } from "node:util";
import type { Lab } from "../lab/lab.js";
import { runLoop } from "../lab/run-loop.js";
import { withSampler } from "../lab/with-sampler.js";
import { mean } from "../metrics/statistics.js";
import { deriveSeed } from "../util/derive-seed.js";
import { createRandom } from "../util/random.js";
import { type Baseline, measureBaseline } from "./baseline.js";
import type { SoarConfig } from "./config.js";
import type { StepEvent } from "./events.js";
import { innerLoop } from "./inner-loop.js";
import type { SoarLab } from "./open-lab.js";
import type { OnProgress } from "./progress.js";
import { choosePromoted, movingAverage, promotes } from "./promotion-rule.js";
import { questionRecords } from "./question-records.js";
import { rewardRows } from "./rewards/reward-rows.js";
import type { RunLog } from "./run-log.js";
import { StepMetrics } from "./step-metrics.js";
import { StudentLog } from "./student-log.js";
import { studentPlan } from "./student-plan.js";
import { Teacher } from "./teacher.js";

/**
 * Algorithm 1 of the paper, one outer step per iteration. A step is logged to disk before it is yielded. An existing
 * log is resumed. After the last step, the log records that the run is complete. Leaving the loop, or stopping the
 * notebook's cell, ends it at once.
 * @throws Error if another loop over the log is active
 */
export function outerLoop(
  lab: SoarLab,
  log: RunLog,
  onProgress: OnProgress = () => {},
): AsyncGenerator<StepEvent> {
  return runLoop(lab, log, lab => outerSteps(lab, log, onProgress));
}

async function* outerSteps(lab: SoarLab, log: RunLog, onProgress: OnProgress): AsyncGenerator<StepEvent> {
  if (log.state.ended) return;
  const { outerSteps: T, datasets: g, questionsPerDataset: n, rewardQuestions: M, promotion } = lab.config;
  const { teacherReward } = lab;
  const meter = new StepMetrics(lab.config, teacherReward, log, lab.service.api.traffic, onProgress);
  lab.signal?.addEventListener("abort", () => meter.stop(), { once: true });
  const teacher = await Teacher.open(lab, log.state.steps.at(-1)?.teacher.checkpoint);
  let baseline = await currentBaseline(lab, log, meter);
  await deletePreviousTeacherCheckpoint(lab, log);

  for (let t = log.state.nextStep; t < T; t++) {
    const seed = deriveSeed(lab.config.seed, "step", t);
    const plan = studentPlan(lab.config, teacherReward, log.state.promotions.length);

    // 1. Sample g*n question-answer pairs from the teacher.
    meter.enter("questions", t);
    const posed = await teacher.pose({
      count: g * n,
      seed: deriveSeed(seed, "teacher"),
      onRejected: rejected => log.keepRejected(t, rejected),
      onRound: sampling => meter.samplingRound(sampling),
    });
    meter.posed(posed);

    // 2. Split them into g datasets, and draw the reward questions that all students of this step share.
    const X = Array.from({ length: g }, (_, k) => posed.questions.slice(k * n, (k + 1) * n));
    const Q_R = createRandom(`reward-questions/${seed}`).shuffle(lab.hardSplit.train).slice(0, M);

    // 3. Inner loop: r students per dataset start from the baseline, and have a gain over it on Q_R.
    meter.enter("students", t);
    const studentLog = new StudentLog({
      step: t,
      students: plan.datasets * plan.perDataset,
      studentSteps: plan.steps,
      rollouts: lab.config.loggedRollouts,
      seed,
    });
    const trainOne = (k: number, j: number) =>
      innerLoop(
        lab,
        {
          ...plan,
          from: baseline.checkpoint,
          dataset: X[k]!,
          seed: deriveSeed(seed, "student", k, j),
          onStep: (studentStep, metrics, _, groups) => {
            meter.studentStep(metrics, { dataset: k, student: j, step: studentStep });
            const index = k * plan.perDataset + j;
            studentLog.add({ dataset: k, student: j, index, studentStep }, metrics, groups);
          },
        },
        Q_R,
      );
    const students = await Promise.all(
      range(plan.datasets).map(k => Promise.all(range(plan.perDataset).map(j => trainOne(k, j)))),
    );
    const baselineAccuracy = baseline.accuracyOn(Q_R);
    const gains = students.map(row => row.map(({ accuracy }) => accuracy - baselineAccuracy));
    const R = await rewardRows(lab, {
      datasets: X,
      gains,
      baseline: baseline.checkpoint,
      seed: deriveSeed(seed, "pay"),
    });

    // 4. If the moving average of the mean gain exceeds tau, promote the median student of the best dataset.
    const recent = [...log.state.window, mean((students.length > 0 ? gains : R).map(mean))];
    const promoted = promotion.enabled && promotes(recent, promotion) ? choosePromoted(gains) : null;
    if (promoted) {
      meter.enter("promotion", t);
      const { model } = students[promoted.dataset]![promoted.student]!;
      const checkpoint = await model.saveState(`baseline-${t}`);
      baseline = await measureBaseline(lab, { checkpoint, sampler: await model.sampler() });
    }

    // 5. Update the teacher by RLOO over the g datasets.
    meter.enter("teacher", t);
    if (teacherReward.updatesTeacher) meter.teacherStep(await teacher.learn(X, R.map(mean), t));
    const checkpoint = await teacher.save(t);

    // 6. Discard the students; D_best keeps the questions of a promotion.
    await Promise.all(students.flat().map(({ model }) => model.unload()));
    yield await log.commit(
      {
        type: "step",
        at: new Date().toISOString(),
        step: t,
        rewards: R,
        ...(students.length > 0 && !isDeepStrictEqual(R, gains) && { gains }),
        baselineAccuracy,
        movingAverage: movingAverage(recent, promotion.window) ?? null,
        promotion: promoted && {
          ...promoted,
          checkpoint: baseline.checkpoint!,
          accuracy: baseline.accuracy,
        },
        teacher: { checkpoint, sampled: posed.sampled, rejected: posed.rejected },
        metrics: meter.finishStep(),
      },
      questionRecords(lab, X, R.map(mean), t),
      studentLog.records,
    );
    await deletePreviousTeacherCheckpoint(lab, log);
  }
  await teacher.unload();
  await log.append({ type: "end", at: new Date().toISOString() });
  meter.enter("done", T);
}

/** Deletes the teacher's state before the last logged one; a killed process may not have done so. */
async function deletePreviousTeacherCheckpoint(lab: Lab<SoarConfig>, log: RunLog): Promise<void> {
  const previous = log.state.steps.at(-2)?.teacher.checkpoint;
  if (previous) await lab.service.deleteCheckpoint(previous);
}

/** Returns the log's current baseline: the base model, or the last promoted student. A new log starts with it. */
async function currentBaseline(lab: Lab<SoarConfig>, log: RunLog, meter: StepMetrics): Promise<Baseline> {
  const { start, promotions, nextStep } = log.state;
  meter.enter("baseline", nextStep);
  const checkpoint = promotions.at(-1)?.checkpoint;
  const baseline = await withSampler(lab, checkpoint, sampler =>
    measureBaseline(lab, { checkpoint, sampler }),
  );
  const at = new Date().toISOString();
  const { engine } = lab.service;
  if (start) await log.append({ type: "resume", at, step: nextStep, engine });
  else {
    const { baseModel } = lab;
    await log.append({
      type: "start",
      at,
      version: lab.version,
      baseModel,
      software: lab.software,
      baseline: baseline.accuracy,
      engine,
    });
  }
  return baseline;
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}
