import type { EvaluationRecord } from "../evaluation/read-evaluation.js";
import { mean } from "../metrics/statistics.js";
import type { StepEvent } from "../soar/events.js";
import type { RunRecord } from "../soar/run-log.js";
import { meanReward } from "../soar/run-state.js";
import type { StudentStepRecord } from "../soar/student-log.js";

/** Metrics of one step by name, `area/name`; a missing one was not measured in this step. */
export type MetricRow = { step: number; at?: string } & Record<string, number | string | undefined>;

/** One row per outer step of a SOAR run: rewards, accuracies, promotions, the teacher's rejections, and all metrics. */
export function outerStepRows(run: Pick<RunRecord, "start" | "steps">): MetricRow[] {
  let accuracy = run.start?.baseline;
  return run.steps.map(step => {
    accuracy = step.promotion?.accuracy ?? accuracy;
    return { ...outerStepRow(step), "baseline/train": accuracy?.train, "baseline/test": accuracy?.test };
  });
}

/** Returns the metrics of an outer step's event by name. */
export function outerStepRow(step: StepEvent): MetricRow {
  const { rewards, gains, movingAverage, promotion, teacher, metrics } = step;
  return {
    step: step.step,
    at: step.at,
    "reward/mean": meanReward(step),
    "reward/best": rewards.length > 0 ? Math.max(...rewards.map(row => mean(row))) : undefined,
    "gain/mean": gains && mean(gains.flat()),
    "reward/moving_average": movingAverage ?? undefined,
    "baseline/reward_questions": step.baselineAccuracy,
    promoted: Number(promotion !== null),
    "questions/sampled": teacher.sampled,
    ...Object.fromEntries(
      Object.entries(teacher.rejected).map(([reason, count]) => [`rejected/${reason}`, count]),
    ),
    ...metrics,
  };
}

/** One row per training step of each student of a SOAR run. */
export function studentStepRows(steps: readonly StudentStepRecord[]): MetricRow[] {
  return steps.map(({ metrics, step, dataset, student, studentStep }) => ({
    ...{ step, dataset, student, "student step": studentStep },
    ...metrics,
  }));
}

/** One row per training step of an evaluation run; those after which the model was evaluated have `pass@1`. */
export function trainingStepRows({ evaluations }: Pick<EvaluationRecord, "evaluations">): MetricRow[] {
  const rows = new Map<number, MetricRow>();
  for (const { step, at, training, correct, samples } of evaluations) {
    training.forEach((metrics, i) => {
      const own = step - training.length + i + 1;
      rows.set(own, { step: own, ...metrics });
    });
    const passAt1 = mean(correct.map(count => count / samples));
    rows.set(step, { ...rows.get(step), step, at, "pass@1": passAt1 });
  }
  return [...rows.values()];
}
