import type { Lab } from "../lab/lab.js";
import { newModel } from "../lab/new-model.js";
import {
  type SampledQuestions,
  type SampleQuestionsParams,
  type SyntheticQuestion,
  sampleQuestions,
} from "../lab/sample-questions.js";
import { type Metrics, rlooStep } from "../rl/rloo-step.js";
import type { TrainingClient } from "../training/training-client.js";
import { deriveSeed } from "../util/derive-seed.js";
import type { SoarConfig } from "./config.js";

/** The teacher of a run: poses questions, and learns from their effect on the students. */
export class Teacher {
  private constructor(
    private readonly lab: Lab<SoarConfig>,
    private readonly model: TrainingClient,
  ) {}

  /** A teacher that starts as the experiment's models do, or resumes from a checkpoint with its optimizer state. */
  static async open(lab: Lab<SoarConfig>, checkpoint?: string): Promise<Teacher> {
    const { seed, model } = lab.config;
    const params = { rank: model.rank, seed: deriveSeed(seed, "teacher") };
    const client = checkpoint
      ? await lab.service.loadModel(checkpoint, { ...params, optimizer: true })
      : await newModel(lab, params);
    return new Teacher(lab, client);
  }

  /** Samples question-answer pairs until `count` are accepted. */
  async pose(params: Omit<SampleQuestionsParams, "teacher" | "allowFewer">): Promise<SampledQuestions> {
    return sampleQuestions(this.lab, { teacher: await this.model.sampler(), ...params });
  }

  /**
   * One RLOO update over the datasets of an outer step: every completion of dataset k is rewarded with R_k, and its
   * advantage is R_k minus the mean of the other datasets' (Algorithm 1, line 5). Both turns of a multi-turn
   * teacher are rewarded (App. D.3).
   * @param rewards R_k
   * @param step outer step, from 0
   */
  async learn(datasets: SyntheticQuestion[][], rewards: number[], step: number): Promise<Metrics> {
    const { optimization } = this.lab.config.teacher;
    const group = datasets.map((dataset, k) => ({
      rollouts: dataset.flatMap(question => question.rollouts),
      reward: rewards[k]!,
    }));
    return rlooStep({
      model: this.model,
      groups: [group],
      optimization,
      step,
      totalSteps: this.lab.config.outerSteps,
      reference: this.lab.baseSampler,
      signal: this.lab.signal,
    });
  }

  /** Saves weights and optimizer state; returns the checkpoint that `open` resumes from. */
  save(step: number): Promise<string> {
    return this.model.saveState(`teacher-${step}`);
  }

  /** Frees the model on the server. */
  unload(): Promise<void> {
    return this.model.unload();
  }
}
