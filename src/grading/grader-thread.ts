import type { Worker } from "node:worker_threads";
import { startGraderWorker, type WorkerTask } from "./start-grader-worker.js";

export interface GraderThreadParams {
  /** Budget of each answer. */
  budgetMs: number;
  /** Wall-clock time that one answer may take before the thread counts as stuck. */
  limitMs: number;
  onResults(results: unknown[]): void;
  /** The thread cannot start, or ran out of memory at an item. */
  onError(cause: unknown): void;
}

/** One thread of a grader, which works on one chunk at a time and can be asked whether it is stuck. */
export class GraderThread {
  private readonly worker: Worker;
  private readonly progress: Int32Array;
  private readonly limitMs: number;
  private begun = 0;
  private since = 0;

  constructor({ budgetMs, limitMs, onResults, onError }: GraderThreadParams) {
    const progress = new SharedArrayBuffer(8);
    this.progress = new Int32Array(progress);
    this.progress[1] = -1;
    this.limitMs = limitMs;
    this.worker = startGraderWorker({ progress, budgetMs });
    this.worker.on("message", (message: "ready" | unknown[]) => {
      if (message === "ready") return;
      // An idle thread does not keep the process alive.
      this.worker.unref();
      onResults(message);
    });
    this.worker.on("error", onError);
  }

  /** Starts on a chunk; the thread must be idle. */
  send(task: WorkerTask): void {
    this.begun = Atomics.load(this.progress, 0);
    this.since = performance.now();
    this.worker.ref();
    this.worker.postMessage(task);
  }

  /** The place in the chunk of the item that the thread is working on; -1 while it is loading or idle. */
  get place(): number {
    return Atomics.load(this.progress, 1);
  }

  /** Whether the current item has taken longer than the limit; to be polled. */
  isStuck(): boolean {
    const begun = Atomics.load(this.progress, 0);
    const now = performance.now();
    if (begun !== this.begun || this.place < 0) {
      this.begun = begun;
      this.since = now;
    }
    return now - this.since >= this.limitMs;
  }

  async end(): Promise<void> {
    await this.worker.terminate();
  }
}
