import type { TrainingClient } from "../training-client.js";
import { TrainingError } from "../training-error.js";
import type { TrainingService } from "../training-service.js";
import { checkpointListSchema } from "../wire.js";
import type { EngineTraits } from "./engine-traits.js";
import { probeGradients } from "./probe-gradients.js";

/**
 * Measures, with some tens of small requests on a temporary model, where an engine differs from the documented API in
 * ways that decide whether a run trains as its configuration says.
 * @param rank LoRA rank of the models to be trained; 0 = the whole model
 * @throws TrainingError if the engine offers no such rank, or answers what the API does not promise
 */
export async function probeEngine(
  service: TrainingService,
  { rank }: { rank: number },
): Promise<EngineTraits> {
  const model = await createModel(service, rank);
  try {
    const gradients = await probeGradients(model);
    const idempotentRequests = await model.runsRepeatsOnce();
    return {
      wire: service.api.wire,
      ...gradients,
      idempotentRequests,
      promptLogprobs: await givesPromptLogprobs(service),
      ...(await probeDeletion(service, model)),
    };
  } finally {
    await model.unload();
  }
}

async function createModel(service: TrainingService, rank: number): Promise<TrainingClient> {
  try {
    return await service.createModel({ rank, seed: 1 });
  } catch (error) {
    if (!(error instanceof TrainingError && (error.kind === "failed" || error.kind === "rejected")))
      throw error;
    const wanted = rank === 0 ? "full fine-tuning (rank 0)" : `LoRA of rank ${rank}`;
    const message = `this engine makes no model for ${wanted}; set model.rank to one that it offers. It said: ${error.message}`;
    throw new TrainingError(error.kind, message, error.status, { cause: error });
  }
}

async function givesPromptLogprobs(service: TrainingService): Promise<boolean> {
  const sampler = await service.sampler();
  try {
    return (await sampler.logprobs([5, 6, 7])).slice(1).every(Number.isFinite);
  } catch (error) {
    if (error instanceof TrainingError && ["protocol", "rejected", "failed"].includes(error.kind))
      return false;
    throw error;
  }
}

async function probeDeletion(
  service: TrainingService,
  model: TrainingClient,
): Promise<Pick<EngineTraits, "deletesCheckpoints" | "checkpointBytes">> {
  const path = await model.saveState("probe");
  const listed = await service.api
    .get(`/api/v1/training_runs/${model.modelId}/checkpoints`, checkpointListSchema)
    .catch(() => undefined);
  const checkpointBytes = listed?.checkpoints.find(checkpoint => checkpoint.size_bytes)?.size_bytes;
  return {
    deletesCheckpoints: await service.deleteCheckpoint(path),
    ...(checkpointBytes && { checkpointBytes }),
  };
}
