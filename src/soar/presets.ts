import type { SoarConfigInput } from "./config.js";

const gym = {
  domain: "gym",
  model: { base: "data/gym-base", rank: 0 },
  server: { device: "cpu", dtype: "float32" },
  hard: { train: "data/gym-hard/train.jsonl", test: "data/gym-hard/test.jsonl" },
  outerSteps: 26,
  // Many small datasets: they then differ by their questions, not by their students' luck.
  datasets: 8,
  questionsPerDataset: 8,
  studentsPerDataset: 1,
  rewardQuestions: 48,
  promotion: { threshold: 0.05, window: 4 },
  student: {
    steps: 10,
    extraStepsPerPromotion: 0,
    batchSize: 8,
    groupSize: 8,
    sampling: { maxTokens: 43 },
    optimization: {
      learningRate: 4e-3,
      schedule: "constant",
      klCoefficient: 0,
      advantageScale: 0.01,
      beta2: 0.99,
      // Larger than nearly all second moments, so steps scale with the gradient: Adam's default would turn one
      // lucky hit on a hard problem into several full steps.
      eps: 1e-2,
    },
  },
  teacher: {
    sampling: { maxTokens: 44 },
    optimization: { learningRate: 1e-3, warmupSteps: 4, klCoefficient: 0.02, beta2: 0.99 },
  },
} satisfies SoarConfigInput;

/** Named configurations. `paper` and `one-gpu` need the user's own hard split; `gym` and `gym-long` run anywhere. */
export const presets = {
  /** The paper's numbers for MATH on Llama-3.2-3B-Instruct: every field at its default (Table 3). */
  paper: {
    domain: "math",
    hard: { train: "hard-train.jsonl", test: "hard-test.jsonl" },
  },
  /**
   * `paper` with adapters, so that 17 models share one base on one GPU. The best learning rate of LoRA is about ten times
   * that of full fine-tuning, nearly whatever the rank, and RL needs little rank (Schulman et al., "LoRA Without
   * Regret", Thinking Machines 2025, https://thinkingmachines.ai/blog/lora/).
   */
  "one-gpu": {
    domain: "math",
    model: { rank: 32 },
    hard: { train: "hard-train.jsonl", test: "hard-test.jsonl" },
    student: { optimization: { learningRate: 1e-4 } },
    teacher: { optimization: { learningRate: 1e-4, warmupSteps: 20 } },
  },
  /** The arithmetic gym: a tiny model, minutes on a CPU. */
  gym,
  /**
   * The long gym: three habits hide the skill one behind the other, so that baselines are promoted in stages. Some
   * questions have more than one answer, which benefits a teacher that is rewarded for learnability alone.
   */
  "gym-long": {
    ...gym,
    model: { ...gym.model, base: "data/gym-long-base" },
    hard: { train: "data/gym-long-hard/train.jsonl", test: "data/gym-long-hard/test.jsonl" },
    outerSteps: 40,
    promotion: { threshold: 0.01, window: 3 },
    student: { ...gym.student, steps: 12, promotedLearningRateScale: 0.4 },
  },
  /**
   * A real language model at toy sizes: SmolLM2-135M-Instruct, warm-started (`data/smollm2-start`), on problems of MATH.
   * It shows the whole path on a CPU, minutes an outer step; it is far too small to reproduce the paper.
   */
  smollm2: {
    domain: "math",
    model: { base: "smollm2", start: "data/smollm2-start", rank: 8 },
    server: { device: "cpu", dtype: "float32" },
    prompts: { format: "chat" },
    hard: { train: "data/smollm2-hard/train.jsonl", test: "data/smollm2-hard/test.jsonl" },
    outerSteps: 10,
    datasets: 2,
    questionsPerDataset: 4,
    studentsPerDataset: 1,
    rewardQuestions: 8,
    student: {
      steps: 2,
      extraStepsPerPromotion: 0,
      batchSize: 2,
      groupSize: 4,
      sampling: { maxTokens: 80 },
      optimization: { learningRate: 2e-4, schedule: "constant", klCoefficient: 0 },
    },
    teacher: {
      sampling: { maxTokens: 128 },
      optimization: { learningRate: 1e-4, warmupSteps: 0, schedule: "constant", klCoefficient: 0 },
    },
  },
} satisfies Record<string, SoarConfigInput>;
