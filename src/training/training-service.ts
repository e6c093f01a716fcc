import type { ApiClient } from "./api-client.js";
import { SamplingClient } from "./sampling-client.js";
import { TrainingClient } from "./training-client.js";
import { createModelResultSchema, emptyResultSchema, samplingSessionSchema } from "./wire.js";

export interface CreateModelParams {
  /** LoRA rank; 0 = full fine-tuning. */
  rank: number;
  /** Seed of the adapters' initial values. */
  seed?: number;
}

const heartbeatMs = 10_000;

/** A session with a training server: makes models and samplers over one base model. Made by `connect`. */
export class TrainingService {
  readonly api: ApiClient;
  readonly sessionId: string;
  readonly baseModel: string;
  private readonly signal: AbortSignal | undefined;
  private readonly heartbeat: NodeJS.Timeout;
  private modelSeqId = 0;
  private samplingSessionSeqId = 0;

  constructor(params: { api: ApiClient; sessionId: string; baseModel: string; signal?: AbortSignal }) {
    this.api = params.api;
    this.sessionId = params.sessionId;
    this.baseModel = params.baseModel;
    this.signal = params.signal;
    // A lost heartbeat is not an error by itself: if the server is gone, the next real request says so.
    this.heartbeat = setInterval(() => {
      this.api
        .post("/api/v1/session_heartbeat", { session_id: this.sessionId }, emptyResultSchema)
        .catch(() => {});
    }, heartbeatMs);
    this.heartbeat.unref();
  }

  /** A new model over the base: LoRA of a rank, or the whole model. */
  async createModel({ rank, seed }: CreateModelParams): Promise<TrainingClient> {
    const path = "/api/v1/create_model";
    const requestId = await this.api.submit(
      path,
      {
        session_id: this.sessionId,
        model_seq_id: this.modelSeqId++,
        base_model: this.baseModel,
        lora_config: { rank, ...(seed !== undefined && { seed }) },
      },
      this.signal,
    );
    const { model_id } = await this.api.result(path, requestId, createModelResultSchema, this.signal);
    return new TrainingClient(this.api, model_id, this.signal);
  }

  /** A new model that starts from a checkpoint. */
  async loadModel(path: string, params: CreateModelParams & { optimizer: boolean }): Promise<TrainingClient> {
    const model = await this.createModel(params);
    await model.loadState(path, params);
    return model;
  }

  /** A sampler on the base model, or on saved sampler weights. */
  async sampler({ modelPath }: { modelPath?: string } = {}): Promise<SamplingClient> {
    const { sampling_session_id } = await this.api.post(
      "/api/v1/create_sampling_session",
      {
        session_id: this.sessionId,
        sampling_session_seq_id: this.samplingSessionSeqId++,
        ...(modelPath ? { model_path: modelPath } : { base_model: this.baseModel }),
      },
      samplingSessionSchema,
      this.signal,
    );
    return new SamplingClient(this.api, sampling_session_id);
  }

  /** Deletes a saved checkpoint; that it is already gone is no error. */
  async deleteCheckpoint(path: string): Promise<void> {
    const { host, pathname } = new URL(path);
    // Some servers answer save_weights_for_sampler with tinker://run/name, but deleting asks for the kind as well.
    const kind = pathname.lastIndexOf("/") === 0 ? "/sampler_weights" : "";
    await this.api.delete(`/api/v1/training_runs/${host}/checkpoints${kind}${pathname}`);
  }

  /** Ends the session's heartbeat and connections; the server forgets its models in time. */
  async close(): Promise<void> {
    clearInterval(this.heartbeat);
    await this.api.close();
  }
}
