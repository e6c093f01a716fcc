import { execFile } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../src/util/package-root.js";

const run = promisify(execFile);

/**
 * A Python with the packages that these tests hold the exports against, made once below node_modules; or why there is
 * none, e.g. without a network.
 */
export async function pythonEnvironment(): Promise<{ python: string } | { reason: string }> {
  const folder = join(packageRoot, "node_modules/.cache/soarlab-tests/python");
  const python = join(folder, "bin/python");
  const done = join(folder, "done");
  if (existsSync(done)) return { python };
  try {
    await run("python3", ["-m", "venv", "--clear", folder]);
    await run(python, ["-m", "pip", "install", "-q", "tensorboard==2.21.0", "trackio==0.43.0"], {
      timeout: 240_000,
    });
    writeFileSync(done, "");
    return { python };
  } catch (error) {
    return {
      reason: `tensorboard and trackio cannot be installed: ${(error as Error).message.slice(0, 200)}`,
    };
  }
}
