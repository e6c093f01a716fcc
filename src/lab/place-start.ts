import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { cp, mkdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { findPath } from "./find-path.js";

/** Files of a checkpoint folder that a model starts from: weights for sampling, without an optimizer's state. */
export const startFiles = ["checkpoint.json", "model.safetensors"] as const;

/**
 * Returns the `tinker://` path of `model.start` on a server. A checkpoint folder is copied once into the local
 * server's checkpoints, under a name derived from its content.
 * @param checkpoints folder of the local server's checkpoints; undefined for any other server
 * @throws Error if there is no such checkpoint folder, or the server is not local
 */
export async function placeStart(start: string, checkpoints: string | undefined): Promise<string> {
  if (start.startsWith("tinker://")) return start;
  const folder = findPath(start);
  const missing = startFiles.find(file => !existsSync(join(folder, file)));
  if (missing) {
    throw new Error(
      `model.start: ${start} is not a checkpoint folder: it has no ${missing}. soarlab warm-start makes one`,
    );
  }
  if (checkpoints === undefined) {
    throw new Error(`model.start: ${start} is a folder here; of a remote server give a tinker:// path`);
  }
  const hash = createHash("sha256");
  for (const file of startFiles) await pipeline(createReadStream(join(folder, file)), hash, { end: false });
  const name = hash.digest("hex").slice(0, 16);
  const place = join(checkpoints, "start", "sampler_weights", name);
  if (!existsSync(place)) {
    const draft = `${place}.${process.pid}`;
    await mkdir(dirname(place), { recursive: true });
    for (const file of startFiles) await cp(join(folder, file), join(draft, file), { recursive: true });
    // Another process that shares the folder may have copied it first.
    await rename(draft, place).catch(async error => {
      await rm(draft, { recursive: true, force: true });
      if (!existsSync(place)) throw error;
    });
  }
  return `tinker://start/sampler_weights/${name}`;
}
