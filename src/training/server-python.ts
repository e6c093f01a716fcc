import { existsSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../util/package-root.js";

/** The Python interpreter with the training server's packages: SOARLAB_PYTHON, the package's .venv, then python3. */
export function findPython(): string {
  const own = join(packageRoot, ".venv", "bin", "python");
  return process.env.SOARLAB_PYTHON || (existsSync(own) ? own : "python3");
}

/** Environment in which that interpreter finds the training server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  const path = [join(packageRoot, "server"), process.env.PYTHONPATH].filter(Boolean).join(":");
  return { ...process.env, PYTHONPATH: path };
}
