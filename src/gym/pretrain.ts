import { supervisedDatum } from "../training/datum.js";
import type { ModelTokenizer } from "../training/tokenizer.js";
import type { TrainingClient } from "../training/training-client.js";
import type { TrainingService } from "../training/training-service.js";
import type { Datum } from "../training/wire.js";
import { createRandom, type Random } from "../util/random.js";
import type { CorpusStage, GymCorpus } from "./gym-corpora.js";
import { gymDocument } from "./gym-corpus.js";

/** Documents per step. */
const batchSize = 64;

/** Batches drawn at a time and sorted by length, so that a batch's documents need little padding. */
const poolBatches = 32;

const warmupSteps = 100;

export interface PretrainGymProgress {
  step: number;
  totalSteps: number;
  /** Cross entropy, nats per token, mean over the last reported steps. */
  loss: number;
  tokensPerSecond: number;
}

export interface PretrainGymParams {
  /** A server whose model is the random-weights one. */
  service: TrainingService;
  tokenizer: ModelTokenizer;
  corpus: GymCorpus;
  seed: number;
  onProgress?: (progress: PretrainGymProgress) => void;
  /** Steps between progress reports. */
  reportEvery?: number;
}

/**
 * Trains a base model of the gym from random weights by cross entropy, through the training server like everything else.
 * Returns the trained model; the caller unloads it.
 */
export async function pretrainGym({
  service,
  tokenizer,
  corpus,
  seed,
  onProgress,
  reportEvery = 100,
}: PretrainGymParams): Promise<TrainingClient> {
  let model = await service.createModel({ rank: 0 });
  const totalSteps = corpus.phases.reduce((sum, { steps }) => sum + steps, 0);
  let step = 0;
  let recent: { loss: number; tokens: number }[] = [];
  let reported = performance.now();
  for (const [index, { steps, peak, stage, freshOptimizer }] of corpus.phases.entries()) {
    if (freshOptimizer) model = await withFreshOptimizer(service, model);
    const random = createRandom(`gym-corpus/${seed}/${index}`);
    let pool: Datum[][] = [];
    for (let i = 0; i < steps; i++, step++) {
      if (pool.length === 0) pool = drawPool(random, corpus, stage(i / steps), tokenizer);
      const batch = pool.pop()!;
      const cosine = (1 + Math.cos((Math.PI * i) / steps)) / 2;
      const [{ metrics }] = await Promise.all([
        model.forwardBackward(batch, "cross_entropy"),
        model.optimStep({
          learning_rate: peak * Math.min(1, (i + 1) / warmupSteps) * (0.97 * cosine + 0.03),
          beta1: 0.9,
          beta2: 0.98,
          eps: 1e-8,
          weight_decay: 0.01,
          grad_clip_norm: 1,
        }),
      ]);
      recent.push({ loss: metrics["loss:sum"] ?? Number.NaN, tokens: countTokens(batch) });
      if ((step + 1) % reportEvery === 0 || step + 1 === totalSteps) {
        const seconds = (performance.now() - reported) / 1000;
        const tokens = recent.reduce((sum, entry) => sum + entry.tokens, 0);
        const loss = recent.reduce((sum, entry) => sum + entry.loss, 0) / recent.length;
        onProgress?.({ step: step + 1, totalSteps, loss, tokensPerSecond: tokens / seconds });
        recent = [];
        reported = performance.now();
      }
    }
  }
  return model;
}

async function withFreshOptimizer(service: TrainingService, model: TrainingClient): Promise<TrainingClient> {
  const checkpoint = await model.saveState("phase");
  await model.unload();
  return service.loadModel(checkpoint, { rank: 0, optimizer: false });
}

/** Batches of documents of about the same length, in random order; each batch's weights sum to 1. */
function drawPool(
  random: Random,
  corpus: GymCorpus,
  stage: CorpusStage,
  tokenizer: ModelTokenizer,
): Datum[][] {
  const end = tokenizer.endTokens[0]!;
  const documents = Array.from({ length: poolBatches * batchSize }, () => {
    const { prompt, completion } = gymDocument(random, corpus, stage);
    return { prompt: tokenizer.encode(prompt), completion: [...tokenizer.encode(completion), end] };
  });
  documents.sort((a, b) => a.prompt.length + a.completion.length - b.prompt.length - b.completion.length);
  const batches = Array.from({ length: poolBatches }, (_, i) => {
    const batch = documents.slice(i * batchSize, (i + 1) * batchSize);
    const tokens = batch.reduce((sum, { completion }) => sum + completion.length, 0);
    return batch.map(({ prompt, completion }) => supervisedDatum(prompt, completion, 1 / tokens));
  });
  return random.shuffle(batches);
}

function countTokens(batch: Datum[]): number {
  return batch.reduce((sum, datum) => sum + datum.loss_fn_inputs.target_tokens.data.length, 0);
}
