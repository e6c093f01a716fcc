import type { ModelShape } from "../training/model-shape.js";
import type { SoarConfig } from "./config.js";
import { builtInRewards } from "./rewards/built-in-rewards.js";
import { studentPlan } from "./student-plan.js";

/** What a run needs, before it is started: upper bounds, with every completion at its limit and no promotions. */
export interface RunPlan {
  /** Completion tokens of an outer step by phase; rejected questions and prompts are not among them. */
  tokens: {
    questions: number;
    /** Sampled by the students while they train. */
    students: number;
    /** Greedy answers to Q_R, or the samples that measure an intrinsic reward. */
    reward: number;
    /** Trained on, by students and teacher. */
    trained: number;
    /** Scored by the starting model for the KL penalty. */
    scored: number;
  };
  /** Sum of them. */
  tokensPerStep: number;
  /** Requests of an outer step: groups sampled, and gradients, optimizer steps and saves. */
  requests: { sampling: number; training: number };
  /** Bytes on our own server. */
  memory: {
    base: number;
    /** Models in training at once: the teacher and the students of an outer step. */
    models: number;
    /** Of each: weights and gradient in float32, the optimizer's two moments, the copy that samples. */
    perModel: { parameters: number; weights: number; gradient: number; optimizer: number; sampler: number };
    /** Keys and values of one row at the longest completion, and of all rows that are asked for at once. */
    cache: { perRow: number; rows: number };
    /** Base and models; without it nothing runs. Rows for which there is no room wait. */
    least: number;
  };
}

export interface PlanRunParams {
  config: SoarConfig;
  shape: ModelShape;
  /** Bytes per weight of the base: 2 for bfloat16. */
  weightBytes: 2 | 4;
}

/** Tokens, requests and memory of a run, from its configuration and the shape of its model. */
export function planRun({ config, shape, weightBytes }: PlanRunParams): RunPlan {
  const { teacher, student, datasets, questionsPerDataset, rewardQuestions: M } = config;
  const reward = builtInRewards[teacher.reward as keyof typeof builtInRewards] ?? {
    ...builtInRewards.grounded,
    updatesTeacher: true,
  };
  const plan = studentPlan(config, reward, 0);
  const students = plan.datasets * plan.perDataset;
  const questions = datasets * questionsPerDataset;
  const { maxTokens } = student.sampling;
  const groups = students * plan.steps * student.batchSize;
  const rollouts = groups * student.groupSize * maxTokens;
  const turns = teacher.generation === "multi-turn" ? 2 : 1;
  const posed = questions * turns * teacher.sampling.maxTokens;
  const answers = students > 0 ? (students + 1) * M : 0;
  const samples = teacher.reward === "intrinsic" ? questions * teacher.learnabilitySamples : 0;
  const taught = reward.updatesTeacher ? posed : 0;
  const tokens = {
    questions: posed,
    students: rollouts,
    reward: (answers + samples) * maxTokens,
    trained: rollouts + taught,
    scored:
      (student.optimization.klCoefficient > 0 ? rollouts : 0) +
      (teacher.optimization.klCoefficient > 0 ? taught : 0),
  };
  const { rank } = config.model;
  const parameters = rank > 0 ? adapterSize(shape, rank) : modelSize(shape);
  const perModel = {
    parameters,
    weights: 4 * parameters,
    gradient: 4 * parameters,
    optimizer: 8 * parameters,
    sampler: weightBytes * parameters,
  };
  const bytes = perModel.weights + perModel.gradient + perModel.optimizer + perModel.sampler;
  const base = weightBytes * modelSize(shape);
  const models = 1 + students;
  const perPosition = 2 * shape.layers * shape.kvHeads * shape.headDim * weightBytes;
  return {
    tokens,
    tokensPerStep: Object.values(tokens).reduce((sum, count) => sum + count, 0),
    requests: {
      sampling: 1 + groups + answers + (samples > 0 ? questions : 0),
      training: students * (3 * plan.steps + 1) + (reward.updatesTeacher ? 4 : 1),
    },
    memory: {
      base,
      models,
      perModel,
      cache: {
        perRow: perPosition * Math.max(maxTokens, teacher.sampling.maxTokens),
        rows: Math.max(students * student.batchSize * student.groupSize, questions),
      },
      least: base + models * bytes,
    },
  };
}

/** Input and output sizes of the projections of a layer. */
function projections({ width, mlpWidth, heads, kvHeads, headDim }: ModelShape): [number, number][] {
  const kv = kvHeads * headDim;
  const q = heads * headDim;
  const attention: [number, number][] = [
    [width, q],
    [width, kv],
    [width, kv],
    [q, width],
  ];
  return [...attention, [width, mlpWidth], [width, mlpWidth], [mlpWidth, width]];
}

function modelSize(shape: ModelShape): number {
  const layer = projections(shape).reduce((sum, [a, b]) => sum + a * b, 2 * shape.width);
  const embeddings = (shape.isTied ? 1 : 2) * shape.vocabulary * shape.width;
  return shape.layers * layer + embeddings + shape.width;
}

/** Adapters of all projections and of the unembedding, as the server makes them. */
function adapterSize(shape: ModelShape, rank: number): number {
  const layer = projections(shape).reduce((sum, [a, b]) => sum + a + b, 0);
  return rank * (shape.layers * layer + shape.width + shape.vocabulary);
}
