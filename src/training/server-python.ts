import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { environment } from "../util/environment.js";
import { packageRoot } from "../util/package-root.js";

/** What a Python must have to run the server. */
const neededPackages = "import fastapi, orjson, safetensors, tokenizers, torch, uvicorn";

/**
 * The Python interpreter with the training server's packages: SOARLAB_PYTHON, the clone's .venv, a python3 that has them;
 * else an environment of our own in the cache folder, made on first use (about 1 GB, a minute or two).
 * @param onLog told what set-up does
 * @throws Error if that environment cannot be made; the signal's reason
 */
export async function serverPython(onLog?: (line: string) => void, signal?: AbortSignal): Promise<string> {
  if (environment.python) return environment.python;
  const venv = join(packageRoot, ".venv", "bin", "python");
  if (existsSync(venv)) return venv;
  const own = ownEnvironment();
  if (!existsSync(join(own, ".soarlab-stamp")) && !(await hasPackages("python3"))) {
    onLog?.(`the training server needs Python packages; they go to ${own}, once`);
    await makeEnvironment(own, onLog, signal);
  }
  return existsSync(own) ? join(own, "bin", "python") : "python3";
}

/** Environment in which that interpreter finds the training server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const path = [join(packageRoot, "server"), process.env.PYTHONPATH].filter(Boolean).join(":");
  return { ...process.env, PYTHONPATH: path };
}

/** A folder per lockfile, so that versions of soarlab with other packages do not meet in one. */
function ownEnvironment(): string {
  const lock = readFileSync(join(packageRoot, "server", "requirements.lock"));
  return join(
    environment.cacheFolder,
    `python-${createHash("sha256").update(lock).digest("hex").slice(0, 12)}`,
  );
}

async function hasPackages(python: string): Promise<boolean> {
  return promisify(execFile)(python, ["-c", neededPackages]).then(
    () => true,
    () => false,
  );
}

async function makeEnvironment(
  folder: string,
  onLog?: (line: string) => void,
  signal?: AbortSignal,
): Promise<void> {
  const script = join(packageRoot, "scripts", "python-environment.mjs");
  const child = spawn(process.execPath, [script, folder], { stdio: ["ignore", "ignore", "pipe"], signal });
  let last = "";
  createInterface({ input: child.stderr }).on("line", line => {
    last = line;
    onLog?.(line);
  });
  await new Promise<void>((resolve, reject) => {
    child.once("error", error => reject(signal?.aborted ? signal.reason : error));
    child.once("close", code => (code === 0 ? resolve() : reject(new Error(last))));
  });
}
