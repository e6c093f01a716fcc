import { environment } from "../util/environment.js";
import { ApiClient, type ApiClientParams } from "./api-client.js";
import { TrainingError } from "./training-error.js";
import { TrainingService } from "./training-service.js";
import { capabilitiesSchema, sessionSchema } from "./wire.js";

export interface ConnectParams extends ApiClientParams {
  /** Base model to train, by the server's name for it or a path or id that ends alike; default: the first offered. */
  baseModel?: string;
  /** How long the server may take to answer for the first time, in ms. Default 60,000. */
  timeoutMs?: number;
}

/**
 * Opens a session with a training server that speaks the Tinker API.
 * @throws TrainingError if no server answers, the key is refused, or the server does not offer the base model
 */
export async function connect(params: ConnectParams): Promise<TrainingService> {
  const api = new ApiClient({ ...params, apiKey: params.apiKey ?? environment.apiKey });
  try {
    const baseModel = chooseModel(api, await modelNames(api, params.timeoutMs), params.baseModel);
    const { session_id } = await api.post(
      "/api/v1/create_session",
      { tags: ["soarlab"], sdk_version: "soarlab" },
      sessionSchema,
    );
    return new TrainingService({ api, sessionId: session_id, baseModel, signal: params.signal });
  } catch (error) {
    await api.close();
    throw error;
  }
}

async function modelNames(api: ApiClient, timeoutMs = 60_000): Promise<string[]> {
  const late = AbortSignal.timeout(timeoutMs);
  try {
    const { supported_models } = await api.get("/api/v1/get_server_capabilities", capabilitiesSchema, late);
    return supported_models.map(model => model.model_name);
  } catch (error) {
    if (error !== late.reason) throw error;
    const seconds = timeoutMs / 1000;
    throw new TrainingError("unreachable", `the server at ${api.baseUrl} did not answer in ${seconds} s`);
  }
}

/** A folder here, a hub id and a server's own name for one model differ in what stands before the last slash. */
function chooseModel(api: ApiClient, names: string[], wanted = names[0]): string {
  const found =
    names.find(name => name === wanted) ?? names.find(name => lastPart(name) === lastPart(wanted ?? ""));
  if (found) return found;
  throw new TrainingError(
    "rejected",
    `the server at ${api.baseUrl} does not offer the model ${wanted ?? "(none asked for)"}; it offers ${names.join(", ") || "none"}`,
  );
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}
