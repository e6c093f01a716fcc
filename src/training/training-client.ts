import type { z } from "zod";
import type { ApiClient } from "./api-client.js";
import { policyDatum } from "./datum.js";
import type { EngineTraits } from "./engine/engine-traits.js";
import { scaleAdvantages } from "./engine/scale-advantages.js";
import { SamplingClient } from "./sampling-client.js";
import { TrainingError } from "./training-error.js";
import {
  type AdamParams,
  type Datum,
  emptyResultSchema,
  type ForwardBackwardBody,
  forwardBackwardResultSchema,
  type LossName,
  optimStepResultSchema,
  saveForSamplerResultSchema,
  saveResultSchema,
} from "./wire.js";

/** The result of a forward pass. */
export interface LossResult {
  /** Log-probability of each target token, one array per datum; nats. */
  logprobs: number[][];
  /** The server's own metrics, e.g. "loss:sum". */
  metrics: Record<string, number>;
}

export interface TrainingClientOptions {
  signal?: AbortSignal;
  /** Where the engine differs from the documented API, as `probeEngine` found it; absent = nowhere. */
  engine?: EngineTraits;
  /** Called when the model has been unloaded. */
  onUnload?: () => void;
}

/**
 * One model in training. Requests are numbered and sent in the order of the calls; each call returns when its result is
 * there, and callers may have several under way (a forward_backward and the optim_step behind it).
 */
export class TrainingClient {
  private seqId = 1;
  private samplerSeqId = 0;
  private isUnloaded = false;
  /** The previous request's hand-over: the next one is sent after it, so the server sees them in order. */
  private turn: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly api: ApiClient,
    readonly modelId: string,
    private readonly options: TrainingClientOptions = {},
  ) {}

  /**
   * Adds the loss's gradient to the model's: the sum over tokens and data. On an engine that takes a mean instead, advantages
   * are scaled so that the gradient is the sum's all the same; the weights of cross_entropy cannot be, and it stays a mean.
   */
  async forwardBackward(data: Datum[], loss: LossName, config?: Record<string, number>): Promise<LossResult> {
    const scaled = scaleAdvantages(data, this.options.engine?.lossReduction ?? "sum");
    const input = { data: scaled, loss_fn: loss, ...(config && { loss_fn_config: config }) };
    const result = await this.run(
      "forward_backward",
      { forward_backward_input: input },
      forwardBackwardResultSchema,
    );
    for (const datum of data)
      this.api.traffic.tokensTrained += datum.loss_fn_inputs.target_tokens.data.length;
    return readLoss(result);
  }

  /** The same without a gradient. */
  async forward(data: Datum[], loss: LossName = "cross_entropy"): Promise<LossResult> {
    const input = { data, loss_fn: loss };
    return readLoss(await this.run("forward", { forward_input: input }, forwardBackwardResultSchema));
  }

  /** Applies the accumulated gradient and clears it. Returns the server's metrics, e.g. "grad_norm". */
  async optimStep(params: AdamParams): Promise<Record<string, number>> {
    return readMetrics(
      (await this.run("optim_step", { adam_params: params }, optimStepResultSchema)).metrics,
    );
  }

  /** Saves weights and optimizer state under a name; returns the `tinker://` path. */
  async saveState(name: string): Promise<string> {
    return (await this.run("save_weights", { path: name }, saveResultSchema)).path;
  }

  /** Saves weights for sampling alone under a name; returns the `tinker://` path. */
  async saveForSampling(name: string): Promise<string> {
    const { path } = await this.run("save_weights_for_sampler", { path: name }, saveForSamplerResultSchema);
    if (!path)
      throw new TrainingError("protocol", "save_weights_for_sampler returned no path for a named checkpoint");
    return path;
  }

  /** A sampler on the weights as they are now, without a checkpoint on disk. */
  async sampler(): Promise<SamplingClient> {
    const result = await this.run(
      "save_weights_for_sampler",
      { sampling_session_seq_id: this.samplerSeqId++ },
      saveForSamplerResultSchema,
    );
    if (!result.sampling_session_id) {
      throw new TrainingError("protocol", "save_weights_for_sampler returned no sampling_session_id");
    }
    return new SamplingClient(this.api, result.sampling_session_id);
  }

  /** Loads a checkpoint into this model, which must not have been used before. */
  async loadState(path: string, { optimizer }: { optimizer: boolean }): Promise<void> {
    await this.run("load_weights", { path, optimizer }, emptyResultSchema);
  }

  /** Frees the model on the server. */
  async unload(): Promise<void> {
    this.isUnloaded = true;
    await this.run("unload_model", {}, emptyResultSchema);
    this.options.onUnload?.();
  }

  /** Whether the server carries out a request once that is sent twice under one number. */
  async runsRepeatsOnce(): Promise<boolean> {
    const data = [policyDatum([5], [6], [0], [0])];
    const body = { forward_input: { data, loss_fn: "importance_sampling" as const } };
    const path = "/api/v1/forward";
    const message = { model_id: this.modelId, seq_id: this.seqId++, ...body };
    const ids = [await this.submit(path, message), await this.submit(path, message)];
    for (const id of ids) await this.api.result(path, id, forwardBackwardResultSchema, this.options.signal);
    return ids[0] === ids[1];
  }

  /** Asks the server to free the model, unless it already did, without waiting: for work that was given up. */
  async abandon(signal: AbortSignal): Promise<void> {
    if (this.isUnloaded) return;
    this.isUnloaded = true;
    const body = { model_id: this.modelId, seq_id: this.seqId++ };
    await this.api.release("/api/v1/unload_model", body, signal);
    this.options.onUnload?.();
  }

  private async run<T extends z.ZodType>(call: string, body: object, schema: T): Promise<z.infer<T>> {
    const path = `/api/v1/${call}`;
    const message = { model_id: this.modelId, seq_id: this.seqId++, ...body };
    const submitted = this.turn.then(() => this.submit(path, message));
    this.turn = submitted.catch(() => {}); // its own caller gets the error; the next request is still sent
    return this.api.result(path, await submitted, schema, this.options.signal);
  }

  private submit(path: string, message: object): Promise<string> {
    const { signal, engine } = this.options;
    const mayRepeat = engine?.idempotentRequests ?? true;
    return "forward_input" in message || "forward_backward_input" in message
      ? this.api.submitPass(path, message as ForwardBackwardBody, signal, mayRepeat)
      : this.api.submit(path, message, signal, mayRepeat);
  }
}

function readLoss(result: z.infer<typeof forwardBackwardResultSchema>): LossResult {
  return {
    logprobs: result.loss_fn_outputs.map(output => output.logprobs.data),
    metrics: readMetrics(result.metrics),
  };
}

/** Metrics by their plain names: some servers put theirs under their domain, as in "example.org/grad_norm". */
function readMetrics(metrics: Record<string, number> | null | undefined): Record<string, number> {
  return Object.fromEntries(
    Object.entries(metrics ?? {}).map(([name, value]) => [name.replace(/^[\w-]+(\.[\w-]+)+\//, ""), value]),
  );
}
