import { ApiClient, type ApiClientParams } from "./api-client.js";
import { TrainingError } from "./training-error.js";
import { TrainingService } from "./training-service.js";
import { capabilitiesSchema, sessionSchema } from "./wire.js";

export interface ConnectParams extends ApiClientParams {
  /** Base model to train; default: the first that the server offers. */
  baseModel?: string;
}

/**
 * Opens a session with a training server that speaks the Tinker API.
 * @throws TrainingError when no server answers, the key is refused, or the server does not offer the base model
 */
export async function connect(params: ConnectParams): Promise<TrainingService> {
  const api = new ApiClient({ ...params, apiKey: params.apiKey ?? process.env.TINKER_API_KEY });
  const { supported_models } = await api.get("/api/v1/get_server_capabilities", capabilitiesSchema);
  const names = supported_models.map(model => model.model_name);
  const baseModel = params.baseModel ?? names[0];
  if (!baseModel || !names.includes(baseModel)) {
    throw new TrainingError(
      "rejected",
      `the server at ${api.baseUrl} does not offer the model ${baseModel ?? "(none asked for)"}; it offers ${names.join(", ") || "none"}`,
    );
  }
  const { session_id } = await api.post(
    "/api/v1/create_session",
    { tags: ["soarlab"], sdk_version: "soarlab" },
    sessionSchema,
  );
  return new TrainingService({ api, sessionId: session_id, baseModel, signal: params.signal });
}
