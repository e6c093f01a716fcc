import type { ApiClient } from "./api-client.js";
import type { EngineTraits } from "./engine/engine-traits.js";
import { SamplingClient } from "./sampling-client.js";
import { TrainingClient } from "./training-client.js";
import {
  createModelResultSchema,
  emptyResultSchema,
  requestAcceptedSchema,
  samplingSessionSchema,
} from "./wire.js";

export interface CreateModelParams {
  /** LoRA rank; 0 = full fine-tuning. */
  rank: number;
  /** Seed of the adapters' initial values. */
  seed?: number;
}

const heartbeatMs = 10_000;

/** How long to wait for the server to accept the requests that unload models or end a session, in ms. */
const unloadMs = 2000;

/** The state that all scopes of a session share. */
export interface Session {
  readonly heartbeat: NodeJS.Timeout;
  /** Ids of the models that the server holds. */
  readonly models: Set<string>;
  engine: EngineTraits | undefined;
  modelSeqId: number;
  samplingSessionSeqId: number;
}

export interface ServiceParams {
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

  /** Where the engine differs from the documented API, as `probeEngine` found it; models made from then on are adapted to it. */
  get engine(): EngineTraits | undefined {
    return this.session.engine;
  }

  set engine(traits: EngineTraits) {
    this.session.engine = traits;
  }

  /** The same session for work that may be given up: requests end with the signal, models can be unloaded together. */
  scope(signal: AbortSignal): TrainingService {
    const { api, sessionId, baseModel, session } = this;
    return new TrainingService({ api, sessionId, baseModel, signal }, session);
  }

  /** Unloads the models made through this scope that are still on the server. */
  async unloadModels(): Promise<void> {
    const signal = AbortSignal.timeout(unloadMs);
    await Promise.allSettled(this.models.map(model => model.abandon(signal)));
  }

  /** A new model over the base: LoRA of a rank, or the whole model. */
  async createModel({ rank, seed }: CreateModelParams): Promise<TrainingClient> {
    const path = "/api/v1/create_model";
    const { signal, engine } = this;
    const { models } = this.session;
    const accepted = await this.api.post(
      path,
      {
        session_id: this.sessionId,
        model_seq_id: this.session.modelSeqId++,
        base_model: this.baseModel,
        lora_config: { rank, ...(seed !== undefined && { seed }) },
      },
      requestAcceptedSchema,
      signal,
    );
    // From now on the server may hold the model, even if nobody waits until it is created.
    if (accepted.model_id) models.add(accepted.model_id);
    const { model_id } = await this.api.result(path, accepted.request_id, createModelResultSchema, signal);
    models.add(model_id);
    const onUnload = () => models.delete(model_id);
    const model = new TrainingClient(this.api, model_id, { signal, engine, onUnload });
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

  /** Deletes a saved checkpoint. Returns whether there was one, as far as the server says. */
  async deleteCheckpoint(path: string): Promise<boolean> {
    const { host, pathname } = new URL(path);
    // Some servers answer save_weights_for_sampler with tinker://run/name, but deleting asks for the kind as well.
    const kind = pathname.lastIndexOf("/") === 0 ? "/sampler_weights" : "";
    return this.api.delete(`/api/v1/training_runs/${host}/checkpoints${kind}${pathname}`);
  }

  /** Unloads the remaining models, and ends the session and the connections. */
  async close(): Promise<void> {
    const { heartbeat, models } = this.session;
    clearInterval(heartbeat);
    // Engines that cannot end a session keep its models for minutes after the last heartbeat, and have room for only so many.
    const late = AbortSignal.timeout(unloadMs);
    const unload = (model_id: string) => this.api.release("/api/v1/unload_model", { model_id }, late);
    await Promise.allSettled([...models].map(unload));
    await this.api.release(`/api/v1/sessions/${this.sessionId}/finish`, {}, late).catch(() => {});
    await this.api.close();
  }
}

function startSession({ api, sessionId }: ServiceParams): Session {
  // A lost heartbeat is not an error by itself: if the server is gone, the next real request says so.
  const heartbeat = setInterval(() => {
    api.post("/api/v1/session_heartbeat", { session_id: sessionId }, emptyResultSchema).catch(() => {});
  }, heartbeatMs);
  heartbeat.unref();
  return { heartbeat, models: new Set(), engine: undefined, modelSeqId: 0, samplingSessionSeqId: 0 };
}
