import { performance } from "node:perf_hooks";
import { type ConnectParams, connect } from "../connect.js";
import { policyDatum } from "../datum.js";
import type { TrainingClient } from "../training-client.js";
import type { TrainingService } from "../training-service.js";
import { type AdamParams, capabilitiesSchema } from "../wire.js";
import type { EngineTraits } from "./engine-traits.js";
import { probeEngine } from "./probe-engine.js";

/** One check of an engine. */
export interface EngineCheck {
  name: string;
  /** "adapted": the engine differs from the API, and soarlab makes up for it. */
  verdict: "pass" | "adapted" | "failure";
  /** What was observed. */
  found: string;
  /** If the check did not pass: the effect on a SOAR run, and what to do. */
  effect?: string;
}

/** The results of checking an engine. */
export interface EngineReport {
  url: string;
  baseModel: string;
  /** Rank of the models used in the checks. */
  rank: number;
  traits: EngineTraits;
  checks: EngineCheck[];
  /** How long it all took. */
  seconds: number;
}

export interface CheckEngineParams extends ConnectParams {
  /** LoRA rank to try; 0 = full fine-tuning. Default 8. */
  rank?: number;
  /** Called with each row as it is known. */
  onCheck?: (check: EngineCheck) => void;
}

/**
 * Checks an engine with temporary models: where it follows the documented API, where soarlab adapts to it, and how
 * its differences would affect a SOAR run. Takes seconds on a warm engine, a minute or more on one that compiles first.
 * @throws TrainingError if no engine answers, or it makes no model of the rank
 */
export async function checkEngine(params: CheckEngineParams): Promise<EngineReport> {
  const { rank = 8, onCheck } = params;
  const started = performance.now();
  const service = await connect(params);
  const checks: EngineCheck[] = [];
  const add = (...rows: EngineCheck[]) => {
    checks.push(...rows);
    for (const row of rows) onCheck?.(row);
  };
  try {
    const traits = await probeEngine(service, { rank });
    add(...traitChecks(traits));
    const trial = { service, rank };
    for (const check of behaviours) {
      try {
        add(await check.run(trial));
      } catch (error) {
        if (params.signal?.aborted) throw error;
        add({ name: check.name, verdict: "failure", found: (error as Error).message, effect: check.effect });
      }
    }
    const seconds = (performance.now() - started) / 1000;
    return { url: service.api.baseUrl, baseModel: service.baseModel, rank, traits, checks, seconds };
  } finally {
    await service.close();
  }
}

function traitChecks(traits: EngineTraits): EngineCheck[] {
  const { wire, lossReduction, adamParameters, gradientClip, idempotentRequests, deletesCheckpoints } =
    traits;
  const row = (
    name: string,
    verdict: EngineCheck["verdict"],
    found: string,
    effect?: string,
  ): EngineCheck => ({ name, verdict, found, ...(verdict !== "pass" && { effect }) });
  return [
    row("wire", "pass", wire === "json" ? "JSON" : "protocol buffers"),
    row(
      "loss reduction",
      lossReduction === "sum" ? "pass" : lossReduction === "unknown" ? "failure" : "adapted",
      lossReduction.replaceAll("-", " "),
      lossReduction === "unknown"
        ? "eps and gradientClip mean nothing; refused unless server.tolerate has lossReduction"
        : "advantages are scaled by what it divides by: the gradient is the sum's",
    ),
    row(
      "Adam's beta1, beta2 and eps",
      adamParameters ? "pass" : "failure",
      adamParameters ? "honoured" : "ignored",
      "steps are of another size than configured; refused unless server.tolerate has adamParameters",
    ),
    row(
      "gradient clipping",
      gradientClip ? "pass" : "failure",
      gradientClip ? "honoured" : "ignored",
      "one lucky batch can take a step of any size; refused unless gradientClip is 0",
    ),
    row(
      "repeated requests",
      idempotentRequests ? "pass" : "adapted",
      idempotentRequests ? "carried out once" : "carried out twice",
      "a request whose answer was lost is not sent again: the run stops, and can be resumed",
    ),
    row(
      "prompt log-probabilities",
      traits.promptLogprobs ? "pass" : "failure",
      traits.promptLogprobs ? "given" : "not given",
      "no KL penalty; refused unless klCoefficient is 0",
    ),
    row(
      "deleting checkpoints",
      deletesCheckpoints ? "pass" : "adapted",
      deletesCheckpoints ? "done" : "404",
      "all checkpoints of a run stay on its disk; a run says how many at its start",
    ),
  ];
}

interface Trial {
  service: TrainingService;
  rank: number;
}

interface Behaviour {
  name: string;
  /** The effect of its failure on a SOAR run. */
  effect: string;
  run(trial: Trial): Promise<EngineCheck>;
}

const prompt = [5, 6, 7, 8];
const completion = [9, 10, 11, 12];
const adam: AdamParams = {
  learning_rate: 0.02,
  beta1: 0.9,
  beta2: 0.99,
  eps: 1e-8,
  weight_decay: 0,
  grad_clip_norm: 0,
};

/** Above what float32 rounds, in nats. */
const tolerance = 0.01;

const behaviours: Behaviour[] = [
  behaviour(
    "sampler against trainer",
    "importance ratios are wrong from the first step: every gradient is biased",
    async ({ service, rank }) => {
      return withModel(service, rank, async model => {
        await train(model, 2);
        const sampled = await (await model.sampler()).logprobs([...prompt, ...completion]);
        const gap = largestGap(sampled.slice(prompt.length), await logprobsOf(model));
        return [gap <= tolerance, `${gap.toExponential(0)} nats apart at most`];
      });
    },
  ),
  behaviour(
    "an old sampler, after more training",
    "none on a SOAR run, which never samples one; do not keep a sampler of a model that trains on",
    async ({ service, rank }) => {
      return withModel(service, rank, async model => {
        const old = await model.sampler();
        const before = await old.logprobs([...prompt, ...completion]);
        await train(model, 4);
        const gap = largestGap(before.slice(1), (await old.logprobs([...prompt, ...completion])).slice(1));
        return [gap <= tolerance, gap <= tolerance ? "unchanged" : `${gap.toFixed(1)} nats off`];
      });
    },
  ),
  behaviour(
    "weights, after sampling an old sampler",
    "none on a SOAR run, which never samples one; elsewhere it would lose training steps",
    async ({ service, rank }) => {
      return withModel(service, rank, async model => {
        const old = await model.sampler();
        await train(model, 4);
        await (await model.sampler()).logprobs(prompt);
        const before = await logprobsOf(model);
        await old.logprobs(prompt);
        const gap = largestGap(before, await logprobsOf(model));
        return [gap <= tolerance, gap <= tolerance ? "unchanged" : `${gap.toFixed(1)} nats off`];
      });
    },
  ),
  behaviour(
    "loading without the optimizer",
    "students of a promoted baseline start with its Adam state: their first steps follow old gradients too",
    async trial => {
      const moved = await momentumAfterLoad(trial, false);
      return [!moved, moved ? "ignored: Adam's state comes along" : "honoured"];
    },
  ),
  behaviour(
    "loading with the optimizer",
    "a resumed teacher starts with an empty Adam state",
    async trial => {
      const moved = await momentumAfterLoad(trial, true);
      return [moved, moved ? "honoured" : "Adam's state is lost"];
    },
  ),
  behaviour("seeds", "the run cannot be repeated, nor a resumed step be the same", async ({ service }) => {
    const sampler = await service.sampler();
    const draw = async (seed: number) => {
      const params = { max_tokens: 16, temperature: 1, seed, stop: [] };
      const samples = await sampler.sample({ prompt, numSamples: 4, params });
      return JSON.stringify(samples.map(({ tokens }) => tokens));
    };
    const first = await draw(1);
    const isRepeated = (await draw(1)) === first;
    const differs = (await draw(2)) !== first;
    return [
      isRepeated && differs,
      `${isRepeated ? "one seed, one sample" : "ignored"}${differs ? "" : "; all seeds alike"}`,
    ];
  }),
  behaviour("greedy sampling", "accuracies on Q_R are noisy: rewards too", async ({ service }) => {
    const sampler = await service.sampler();
    const params = { max_tokens: 16, temperature: 0, stop: [] };
    const samples = await sampler.sample({ prompt, numSamples: 4, params });
    const different = new Set(samples.map(({ tokens }) => JSON.stringify(tokens))).size;
    return [different === 1, `${different} different answers of 4`];
  }),
  behaviour("samples a request", "groups of this size cannot be sampled", async ({ service }) => {
    const sampler = await service.sampler();
    const params = { max_tokens: 1, temperature: 1, seed: 1, stop: [] };
    await sampler.sample({ prompt, numSamples: 128, params });
    return [true, "128"];
  }),
  behaviour("ranks", "model.rank must be one that it offers", async ({ service }) => {
    const offered: number[] = [];
    const refused: number[] = [];
    for (const rank of [0, 1, 8, 32, 64]) {
      const isOffered = await withModel(service, rank, async () => true).catch(() => false);
      (isOffered ? offered : refused).push(rank);
    }
    return [
      offered.length > 0,
      `${offered.join(", ")}${refused.length > 0 ? `; not ${refused.join(", ")}` : ""}`,
    ];
  }),
  behaviour("context", "", async ({ service }) => {
    const { supported_models } = await service.api.get("/api/v1/get_server_capabilities", capabilitiesSchema);
    const model = supported_models.find(({ model_name }) => model_name === service.baseModel);
    const length = model?.max_context_length;
    return [true, length ? `${length} tokens` : "not told"];
  }),
];

function behaviour(
  name: string,
  effect: string,
  measure: (trial: Trial) => Promise<[passes: boolean, found: string]>,
): Behaviour {
  return {
    name,
    effect,
    run: async trial => {
      const [passes, found] = await measure(trial);
      return passes ? { name, verdict: "pass", found } : { name, verdict: "failure", found, effect };
    },
  };
}

async function withModel<T>(
  service: TrainingService,
  rank: number,
  use: (model: TrainingClient) => Promise<T>,
): Promise<T> {
  const model = await service.createModel({ rank, seed: 1 });
  try {
    return await use(model);
  } finally {
    await model.unload();
  }
}

async function train(model: TrainingClient, steps: number): Promise<void> {
  const logprobs = completion.map(() => -5);
  const data = [
    policyDatum(
      prompt,
      completion,
      logprobs,
      completion.map(() => 1),
    ),
  ];
  for (let step = 0; step < steps; step++) {
    await Promise.all([model.forwardBackward(data, "importance_sampling"), model.optimStep(adam)]);
  }
}

/** Of the completion's tokens, by the trainer. */
async function logprobsOf(model: TrainingClient): Promise<number[]> {
  const none = completion.map(() => 0);
  const { logprobs } = await model.forward(
    [policyDatum(prompt, completion, none, none)],
    "importance_sampling",
  );
  return logprobs[0]!.slice(prompt.length - 1);
}

/** Whether a step without a gradient moves a model that was loaded from a trained one: only old momentum can. */
async function momentumAfterLoad({ service, rank }: Trial, optimizer: boolean): Promise<boolean> {
  return withModel(service, rank, async trained => {
    await train(trained, 3);
    const path = await trained.saveState("check");
    try {
      return await withModel(service, rank, async loaded => {
        await loaded.loadState(path, { optimizer });
        const before = await logprobsOf(loaded);
        const none = completion.map(() => 0);
        await Promise.all([
          loaded.forwardBackward([policyDatum(prompt, completion, none, none)], "importance_sampling"),
          loaded.optimStep(adam),
        ]);
        return largestGap(before, await logprobsOf(loaded)) > tolerance;
      });
    } finally {
      await service.deleteCheckpoint(path);
    }
  });
}

function largestGap(a: readonly number[], b: readonly number[]): number {
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
