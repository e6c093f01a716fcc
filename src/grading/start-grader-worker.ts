import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Worker, type WorkerOptions } from "node:worker_threads";

export interface GraderWorkerData {
  /** Two integers: how many items the thread has begun, and the place of the current one in its chunk, or -1. */
  progress: SharedArrayBuffer;
  /** Budget of each answer. */
  budgetMs: number;
}

/** Message to a thread: answers to grade, or to parse. */
export interface WorkerTask {
  task: "grade" | "parse";
  items: readonly unknown[];
}

/** Node strips the types of the sources itself, but does not look for the .ts file that an import of .js means. */
const fromSources = `
const { registerHooks } = require("node:module");
registerHooks({
  resolve(specifier, context, next) {
    try {
      return next(specifier, context);
    } catch (error) {
      if (!specifier.endsWith(".js")) throw error;
      return next(specifier.slice(0, -3) + ".ts", context);
    }
  },
});
import(require("node:worker_threads").workerData.url);
`;

/** Starts a grader's thread, from dist/ or from the sources. */
export function startGraderWorker(data: GraderWorkerData): Worker {
  const built = new URL("./grader-worker.js", import.meta.url);
  const options: WorkerOptions = {
    workerData: { ...data, url: new URL("./grader-worker.ts", import.meta.url).href },
    resourceLimits: { maxOldGenerationSizeMb: 512 },
    // A thread does not need the loaders of the process that starts it.
    execArgv: ["--no-warnings"],
  };
  return existsSync(fileURLToPath(built))
    ? new Worker(built, options)
    : new Worker(fromSources, { ...options, eval: true });
}
