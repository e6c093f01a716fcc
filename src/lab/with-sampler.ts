import type { Sampler } from "../training/sampler.js";
import type { Lab } from "./lab.js";

/**
 * Provides a sampler on a checkpoint's weights while `use` runs. The model is always unloaded afterwards.
 * @param checkpoint undefined = the base model
 */
export async function withSampler<T>(
  lab: Lab,
  checkpoint: string | undefined,
  use: (sampler: Sampler) => Promise<T>,
): Promise<T> {
  if (checkpoint === undefined) return use(lab.baseSampler);
  const { rank } = lab.config.model;
  const model = await lab.service.loadModel(checkpoint, { rank, optimizer: false });
  try {
    return await use(await model.sampler());
  } finally {
    await model.unload();
  }
}
