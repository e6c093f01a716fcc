import type { QuestionProgress, SampledQuestions } from "../lab/sample-questions.js";
import { additiveMetrics, type Metrics } from "../rl/rloo-step.js";
import type { ApiClient } from "../training/api-client.js";
import type { SoarConfig } from "./config.js";
import type { OnProgress, Progress } from "./progress.js";
import type { TeacherReward } from "./rewards/teacher-reward.js";
import type { RunLog } from "./run-log.js";
import { meanReward } from "./run-state.js";
import { studentPlan } from "./student-plan.js";

/** Longest time between two reports, in ms. */
const heartbeatMs = 5000;

type Traffic = ApiClient["traffic"];

/** Collects the metrics of each step's event, and the progress that is shown during a step. */
export class StepMetrics {
  private readonly begun = performance.now();
  private readonly heartbeat: NodeJS.Timeout;
  private readonly firstStep: number;
  private phase: Progress["phase"] = "baseline";
  private phaseBegun = performance.now();
  private step = 0;
  private sampling: QuestionProgress | undefined;
  private stepMetrics: Metrics = {};
  private studentMetrics: Metrics[] = [];
  private questions: Progress["questions"];
  private students = new Map<string, NonNullable<Progress["students"]>[number]>();
  /** Network traffic so far when this step, and this process, began. */
  private stepTraffic: Traffic;
  private readonly firstTraffic: Traffic;

  constructor(
    private readonly config: SoarConfig,
    private readonly reward: TeacherReward,
    private readonly log: RunLog,
    /** Increases as requests are made. */
    private readonly traffic: Readonly<Traffic>,
    private readonly onProgress: OnProgress,
  ) {
    // A phase may be silent for long, but the display must keep updating.
    this.heartbeat = setInterval(() => this.report(), heartbeatMs);
    this.heartbeat.unref();
    this.firstStep = log.state.nextStep;
    this.firstTraffic = { ...traffic };
    this.stepTraffic = { ...traffic };
  }

  /** Starts a phase of an outer step, and ends the previous one. */
  enter(phase: Progress["phase"], step: number): void {
    this.endPhase();
    // Counts begin with the step's first phase: earlier samples of a resumed process belong to no step.
    if (phase === "questions") {
      this.stepTraffic = { ...this.traffic };
      this.questions = undefined;
      this.sampling = undefined;
      this.students.clear();
    }
    this.phase = phase;
    this.step = step;
    this.report();
    if (phase === "done") this.stop();
  }

  /** Stops reporting. */
  stop(): void {
    clearInterval(this.heartbeat);
  }

  /** Called when more of the teacher's completions were read. */
  samplingRound(sampling: QuestionProgress): void {
    this.sampling = sampling;
    this.report();
  }

  /** Called when the teacher has posed the questions of this step. */
  posed({ questions, rejected }: Pick<SampledQuestions, "questions" | "rejected">): void {
    const examples = questions.slice(0, 3).map(({ question }) => question);
    this.questions = { accepted: questions.length, rejected, examples };
    this.report();
  }

  /** Called when a student has done a training step, from 0. */
  studentStep(metrics: Metrics, at: { dataset: number; student: number; step: number }): void {
    this.studentMetrics.push(metrics);
    const reward = metrics["reward/mean"] ?? Number.NaN;
    this.students.set(`${at.dataset}/${at.student}`, { ...at, reward });
    this.report();
  }

  /** Called when the teacher was updated. */
  teacherStep(metrics: Metrics): void {
    for (const [name, value] of Object.entries(metrics)) this.stepMetrics[`teacher/${name}`] = value;
  }

  /**
   * Returns the metrics of the outer step that ends here: phases in seconds, and counts and times summed over the
   * students' steps. Every other metric is the mean over the steps that have it.
   */
  finishStep(): Metrics {
    this.endPhase();
    const metrics = this.stepMetrics;
    // A training step whose groups were all skipped lacks some metrics, so the names are those of all steps. Names and
    // values are sorted, because students finish in any order, and a sum's last bits depend on it.
    const names = new Set(this.studentMetrics.flatMap(Object.keys));
    for (const name of [...names].sort()) {
      const values = this.studentMetrics.flatMap(metrics => metrics[name] ?? []).sort((a, b) => a - b);
      const sum = values.reduce((total, value) => total + value, 0);
      metrics[`student/${name}`] = additiveMetrics.has(name) ? sum : sum / values.length;
    }
    const { traffic, stepTraffic } = this;
    metrics["tokens/sampled"] = traffic.tokensSampled - stepTraffic.tokensSampled;
    metrics["tokens/trained"] = traffic.tokensTrained - stepTraffic.tokensTrained;
    metrics["http/requests"] = traffic.requests - stepTraffic.requests;
    metrics["http/megabytes"] =
      (traffic.bytesIn + traffic.bytesOut - stepTraffic.bytesIn - stepTraffic.bytesOut) / 2 ** 20;
    this.stepMetrics = {};
    this.studentMetrics = [];
    return metrics;
  }

  private endPhase(): void {
    const now = performance.now();
    const name = `seconds/${this.phase}`;
    this.stepMetrics[name] = (this.stepMetrics[name] ?? 0) + (now - this.phaseBegun) / 1000;
    this.phaseBegun = now;
  }

  private report(): void {
    const { outerSteps, promotion } = this.config;
    const { steps, promotions } = this.log.state;
    const plan = studentPlan(this.config, this.reward, promotions.length);
    const last = steps.at(-1);
    const seconds = (performance.now() - this.begun) / 1000;
    const done = steps.length - this.firstStep;
    this.onProgress({
      step: this.step,
      outerSteps,
      phase: this.phase,
      studentSteps: {
        done: this.studentMetrics.length,
        total: plan.datasets * plan.perDataset * plan.steps,
      },
      questions: this.questions,
      students: [...this.students.values()].sort((a, b) => a.dataset - b.dataset || a.student - b.student),
      ...(this.sampling && { sampling: this.sampling }),
      reward: last && meanReward(last),
      movingAverage: last?.movingAverage ?? undefined,
      threshold: promotion.enabled ? promotion.threshold : undefined,
      promotions: promotions.length,
      tokens: tokens(this.traffic) - tokens(this.firstTraffic),
      seconds,
      secondsLeft: done > 0 ? (seconds / done) * (outerSteps - steps.length) : undefined,
    });
  }
}

function tokens(traffic: Readonly<Traffic>): number {
  return traffic.tokensSampled + traffic.tokensTrained;
}
