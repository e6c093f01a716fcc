import { z } from "zod";
import type { ScoredRollout } from "../lab/sample-and-score.js";
import type { QuestionAnswer } from "../problems/domain.js";
import { rlooAdvantages } from "../rl/rloo-advantages.js";
import type { Metrics } from "../rl/rloo-step.js";
import { createRandom } from "../util/random.js";

/** Position of a student's training step in a run. */
const placeSchema = z.object({
  /** Outer step. */
  step: z.number().int(),
  /** k. */
  dataset: z.number().int(),
  /** j. */
  student: z.number().int(),
  /** Training step of the student. */
  studentStep: z.number().int(),
});

/** A line of student-steps.jsonl: the metrics of one training step of one student. */
export const studentStepSchema = placeSchema.extend({ metrics: z.record(z.string(), z.number()) });

/** A line of rollouts.jsonl: one of a student's completions in training. */
export const rolloutRecordSchema = placeSchema.extend({
  question: z.string(),
  /** The answer that counts as correct. */
  answer: z.string(),
  completion: z.string(),
  reward: z.number(),
  /** The reward minus the mean of the others in its group (RLOO). */
  advantage: z.number(),
  /** Whether the domain judges it correct. */
  correct: z.boolean(),
});

export type StudentStepRecord = z.infer<typeof studentStepSchema>;
export type RolloutRecord = z.infer<typeof rolloutRecordSchema>;

/** Rollouts of one problem, on which a student is trained together. */
export interface ScoredGroup {
  problem: QuestionAnswer;
  rollouts: readonly ScoredRollout[];
}

/** Characters kept per completion; longer ones have usually degenerated. */
const longestCompletion = 8000;

export interface StudentLogParams {
  /** Outer step. */
  step: number;
  /** Students of the step, over all datasets. */
  students: number;
  /** Training steps per student. */
  studentSteps: number;
  /** Rollouts to keep. */
  rollouts: number;
  seed: number;
}

/**
 * Records of the students of one outer step: the metrics of each training step, and a few rollouts of randomly drawn
 * training steps. The choice depends on the seed alone, not on the order in which students finish.
 */
export class StudentLog {
  private readonly stepRecords: StudentStepRecord[] = [];
  private readonly rolloutRecords: RolloutRecord[] = [];
  /** How many rollouts are kept per student and training step, keyed by both numbers. */
  private readonly wanted = new Map<number, number>();
  private readonly seed: string;

  constructor(private readonly params: StudentLogParams) {
    const { students, studentSteps, rollouts } = params;
    this.seed = `rollouts/${params.seed}`;
    const random = createRandom(this.seed);
    for (let i = 0; i < rollouts && students > 0; i++) {
      const at = Math.floor(random.next() * students * studentSteps);
      this.wanted.set(at, (this.wanted.get(at) ?? 0) + 1);
    }
  }

  /** Records one training step of student `j` of dataset `k`, the `index`th of all. */
  add(
    {
      dataset,
      student,
      index,
      studentStep,
    }: { dataset: number; student: number; index: number; studentStep: number },
    metrics: Metrics,
    groups: readonly ScoredGroup[],
  ): void {
    const place = { step: this.params.step, dataset, student, studentStep };
    this.stepRecords.push({ ...place, metrics: rounded(metrics) });
    const at = index * this.params.studentSteps + studentStep;
    const all = groups.flatMap(({ problem, rollouts }) => {
      const advantages = rlooAdvantages(rollouts.map(({ reward }) => reward));
      return rollouts.map((rollout, i) => ({ problem, rollout, advantage: advantages[i]! }));
    });
    const chosen = createRandom(`${this.seed}/${at}`)
      .shuffle(all)
      .slice(0, this.wanted.get(at) ?? 0);
    for (const { problem, rollout, advantage } of chosen) {
      this.rolloutRecords.push({
        ...place,
        question: problem.question,
        answer: problem.answer,
        completion: rollout.text.slice(0, longestCompletion),
        reward: rollout.reward,
        advantage,
        correct: rollout.correct,
      });
    }
  }

  /** Returns all records, ordered by position. */
  get records() {
    const byPlace = (a: z.infer<typeof placeSchema>, b: z.infer<typeof placeSchema>) =>
      a.dataset - b.dataset || a.student - b.student || a.studentStep - b.studentStep;
    return {
      studentSteps: [...this.stepRecords].sort(byPlace),
      rollouts: [...this.rolloutRecords].sort(byPlace),
    };
  }
}

/** Six digits: enough for a curve, and half the bytes. */
function rounded(metrics: Metrics): Metrics {
  return Object.fromEntries(
    Object.entries(metrics).flatMap(([name, value]) =>
      Number.isFinite(value) ? [[name, Number(value.toPrecision(6))]] : [],
    ),
  );
}
