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

/** How long to wait for the server to take the requests that unload models, in ms. */
const unloadMs = 2000;

/** What all scopes of a session share. */
interface Session {
  readonly heartbeat: NodeJS.Timeout;
  modelSeqId: number;
  samplingSessionSeqId: number;
}

interface ServiceParams {
  api: ApiClient;
  sessionId: string;
  baseModel: string;
  signal?: AbortSignal;
}

/** A session with a training server: makes models and samplers over one base model. Made by `connect`. */
export class TrainingService {
  readonly api: ApiClient;
  readonly sessionId: string;
  readonly baseModel: string;
  private readonly signal: AbortSignal | undefined;
  /** Models made through this scope. */
  private readonly models: TrainingClient[] = [];

  constructor(
    params: ServiceParams,
    private readonly session: Session = startSession(params),
  ) {
    this.api = params.api;
    this.sessionId = params.sessionId;
    this.baseModel = params.baseModel;
    this.signal = params.signal;
  }

  /** The same session for work that may be given up: requests end with the signal, models can be unloaded together. */
  scope(signal: AbortSignal): TrainingService {
    const { api, sessionId, baseModel, session } = this;
    return new TrainingService({ api, sessionId, baseModel, signal }, session);
  }

  /** Unloads the models made through this scope that still are on the server; one that is gone has none. */
  async unloadModels(): Promise<void> {
    const signal = AbortSignal.timeout(unloadMs);
    await Promise.allSettled(this.models.map(model => model.abandon(signal)));
  }

  /** A new model over the base: LoRA of a rank, or the whole model. */
  async createModel({ rank, seed }: CreateModelParams): Promise<TrainingClient> {
    const path = "/api/v1/create_model";
    const requestId = await this.api.submit(
      path,
      {
        session_id: this.sessionId,
        model_seq_id: this.session.modelSeqId++,
        base_model: this.baseModel,
        lora_config: { rank, ...(seed !== undefined && { seed }) },
      },
      this.signal,
    );
    const { model_id } = await this.api.result(path, requestId, createModelResultSchema, this.signal);
    const model = new TrainingClient(this.api, model_id, this.signal);
    this.models.push(model);
    return model;
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
        sampling_session_seq_id: this.session.samplingSessionSeqId++,
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
    clearInterval(this.session.heartbeat);
    await this.api.close();
  }
}

function startSession({ api, sessionId }: ServiceParams): Session {
  // A lost heartbeat is not an error by itself: if the server is gone, the next real request says so.
  const heartbeat = setInterval(() => {
    api.post("/api/v1/session_heartbeat", { session_id: sessionId }, emptyResultSchema).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  return { heartbeat, modelSeqId: 0, samplingSessionSeqId: 0 };
}
