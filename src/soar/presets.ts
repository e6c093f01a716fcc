import type { SoarConfigInput } from "./config.js";

/** Named configurations. `paper` needs the user's own hard split; `gym` runs anywhere. */
export const presets = {
  /** The paper's numbers for MATH on Llama-3.2-3B-Instruct: every field at its default (Table 3). */
  paper: {
    domain: "math",
    hard: { train: "hard-train.jsonl", test: "hard-test.jsonl" },
  },
  /** The arithmetic gym: a tiny model, minutes on a CPU. */
  gym: {
    domain: "gym",
    model: { base: "data/gym-base", rank: 0 },
    server: { device: "cpu", dtype: "float32" },
    hard: { train: "data/gym-hard/train.jsonl", test: "data/gym-hard/test.jsonl" },
    outerSteps: 25,
    datasets: 4,
    questionsPerDataset: 24,
    studentsPerDataset: 1,
    rewardQuestions: 48,
    student: {
      steps: 12,
      extraStepsPerPromotion: 0,
      batchSize: 8,
      groupSize: 8,
      promotedLearningRateScale: 0.5,
      sampling: { maxTokens: 43 },
      optimization: {
        learningRate: 1.2e-3,
        schedule: "constant",
        klCoefficient: 0,
        advantageScale: 0.01,
        beta2: 0.99,
        eps: 3e-4,
      },
    },
    teacher: {
      sampling: { maxTokens: 44 },
      optimization: {
        learningRate: 3e-4,
        warmupSteps: 0,
        schedule: "constant",
        klCoefficient: 0.05,
        advantageScale: 5,
        beta2: 0.99,
      },
    },
  },
} satisfies Record<string, SoarConfigInput>;
