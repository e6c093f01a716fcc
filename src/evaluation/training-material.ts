import { join } from "node:path";
import type { Lab } from "../lab/lab.js";
import type { QuestionAnswer } from "../problems/domain.js";
import type { RunRecord } from "../soar/run-log.js";
import type { Sampler } from "../training/sampler.js";
import { deriveSeed } from "../util/derive-seed.js";
import { readJsonl } from "../util/jsonl.js";
import type { EvaluationConfig } from "./evaluation-config.js";
import { trainingQuestionSchema } from "./evaluation-events.js";
import { type EvaluationLog, evaluationsOf, trainingQuestionsFile } from "./evaluation-log.js";
import { trainingBatches } from "./training-batches.js";
import { type JudgedQuestion, trainingQuestions } from "./training-questions.js";

export interface TrainingMaterialParams {
  lab: Lab<EvaluationConfig>;
  log: EvaluationLog;
  /** The SOAR run that is evaluated, if the configuration names one. */
  run: RunRecord | undefined;
  /** The model in training, in its state at the time of the call. */
  sampler: () => Promise<Sampler>;
}

/** The training data of an evaluation run: the questions kept in its folder, and their batches. */
export class TrainingMaterial {
  private nextOfSchedule: () => QuestionAnswer[];

  private constructor(
    private readonly params: TrainingMaterialParams,
    questions: JudgedQuestion[],
    since: number,
    /** Length of questions.jsonl, in bytes. */
    public questionBytes: number,
  ) {
    this.nextOfSchedule = this.schedule(questions, since);
  }

  /**
   * Returns the material at the log's position: the kept questions or, if it is new, the configured ones.
   * @throws Error if self-play finds no initial question, and as `trainingQuestions` does
   */
  static async open(params: TrainingMaterialParams): Promise<TrainingMaterial> {
    const { lab, log } = params;
    const last = evaluationsOf(log).at(-1);
    await log.cutRows(trainingQuestionsFile, last?.questionBytes ?? 0);
    const { questions, since } = last
      ? await readQuestions(log)
      : { questions: await ask(params, 0), since: 0 };
    if (lab.config.questions.from === "self-play" && questions.length === 0) {
      throw new Error("the student posed no question that is learnable for it; see questions.learnable");
    }
    const bytes = last?.questionBytes ?? (await keep(params, questions, 0));
    const material = new TrainingMaterial(params, questions, since, bytes);
    for (let step = since; step < (last?.step ?? 0); step++) material.nextBatch();
    return material;
  }

  /** The batch of the next training step. */
  nextBatch(): QuestionAnswer[] {
    return this.nextOfSchedule();
  }

  /** Poses new questions from a training step on, in self-play. If none are found, the old ones stay in use. */
  async renew(step: number): Promise<void> {
    if (this.params.lab.config.questions.from !== "self-play" || step === 0) return;
    const questions = await ask(this.params, step);
    if (questions.length === 0) return;
    this.questionBytes = await keep(this.params, questions, step);
    this.nextOfSchedule = this.schedule(questions, step);
  }

  private schedule(questions: JudgedQuestion[], since: number): () => QuestionAnswer[] {
    const { config, hardSplit } = this.params.lab;
    return trainingBatches({
      questions,
      hardTrain: hardSplit.train,
      training: config.training,
      batchSize: config.student.batchSize,
      seed: deriveSeed(config.seed, "batches", since),
    });
  }
}

async function ask({ lab, run, sampler }: TrainingMaterialParams, step: number): Promise<JudgedQuestion[]> {
  const seed = deriveSeed(lab.config.seed, "questions", step);
  return trainingQuestions(lab, { run, student: await sampler(), seed });
}

/** Writes the questions that are used from a training step on; returns the file's length. */
function keep({ lab, log }: TrainingMaterialParams, questions: JudgedQuestion[], step: number) {
  const rows = questions.map(({ question, answer, verdict }) => ({
    step,
    question,
    answer,
    kind: lab.domain.kind?.(question),
    verdict: verdict ?? lab.domain.judge?.(question, answer),
  }));
  return log.appendRows(trainingQuestionsFile, rows);
}

/** Returns the questions in use at the log's position, the last that were kept, and their first training step. */
async function readQuestions(log: EvaluationLog): Promise<{ questions: JudgedQuestion[]; since: number }> {
  const { rows } = await readJsonl(join(log.folder, trainingQuestionsFile), trainingQuestionSchema);
  const since = rows.at(-1)?.step ?? 0;
  return { questions: rows.filter(row => row.step === since), since };
}
