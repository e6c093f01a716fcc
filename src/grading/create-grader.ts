import { availableParallelism } from "node:os";
import type { GradeAnswerParams } from "./grade-answer.js";
import { GraderThread } from "./grader-thread.js";
import type { ParseOutcome } from "./parse-outcome.js";
import type { WorkerTask } from "./start-grader-worker.js";
import type { Verdict } from "./verdict.js";

/** Grades batches on threads, each answer within a limit of work. */
export interface Grader {
  /** Returns a verdict per pair, in order. Rejects only if the tolerance is negative, it is closed or no thread starts. */
  grade(pairs: readonly GradeAnswerParams[]): Promise<Verdict[]>;
  /** Whether each answer can be understood, in order. */
  parse(answers: readonly string[]): Promise<ParseOutcome[]>;
  /** Ends the threads. Unfinished calls are rejected. */
  close(): Promise<void>;
}

export interface CreateGraderParams {
  /** Number of threads, started on demand. Default: one per core. */
  workers?: number;
  /**
   * Work for one answer, in milliseconds of one core, from 1 to 1,000. Default 200. It is counted inside the thread, and an
   * answer that uses it up gets the verdict `timeout`, whatever the machine's load. A thread that is stuck nevertheless
   * is ended and replaced; its answer is retried once, alone.
   */
  budgetMs?: number;
}

const maxBudgetMs = 1000;
const largestChunk = 64;

/**
 * Returns a pool of threads that grade untrusted answers: it never hangs and never throws for an answer.
 * Threads do not keep the process alive while they are idle.
 *
 * @throws RangeError for a number of workers or a budget out of range.
 */
export function createGrader({
  workers = availableParallelism(),
  budgetMs = 200,
}: CreateGraderParams = {}): Grader {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`createGrader: workers is ${workers}; expected a whole number of at least 1.`);
  }
  if (!(budgetMs >= 1 && budgetMs <= maxBudgetMs)) {
    throw new RangeError(`createGrader: budgetMs is ${budgetMs}; expected 1 to ${maxBudgetMs}.`);
  }
  const pool = new GraderPool(workers, budgetMs);
  return {
    grade: async pairs => {
      const plain = pairs.map(({ answer, given, tolerance }) => ({ answer, given, tolerance }));
      const place = plain.findIndex(({ tolerance = 0 }) => ![tolerance].flat().every(x => x >= 0));
      if (place >= 0)
        throw new RangeError(
          `grade: pair ${place} has the tolerance ${plain[place]!.tolerance}; expected 0 or more.`,
        );
      return (await pool.run("grade", plain)) as Verdict[];
    },
    parse: async answers => (await pool.run("parse", answers)) as ParseOutcome[],
    close: () => pool.close(),
  };
}

/** State of one pending call. */
interface Batch {
  task: WorkerTask["task"];
  results: unknown[];
  /** Results that are missing. */
  missing: number;
  resolve(results: unknown[]): void;
  reject(error: Error): void;
}

/** One item of a batch. */
interface Job {
  batch: Batch;
  place: number;
  item: unknown;
  /** Whether a thread was stuck on it before. */
  isRetry: boolean;
}

class GraderPool {
  private readonly workers: number;
  private readonly budgetMs: number;
  /** Chunks of jobs of one task, in the order in which they are done. */
  private readonly queue: Job[][] = [];
  /** Each thread, and the chunk that it works on. */
  private readonly threads = new Map<GraderThread, Job[] | undefined>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(workers: number, budgetMs: number) {
    this.workers = workers;
    this.budgetMs = budgetMs;
  }

  run(task: WorkerTask["task"], items: readonly unknown[]): Promise<unknown[]> {
    if (this.isClosed)
      return Promise.reject(new Error("this grader is closed; make a new one with createGrader()."));
    if (items.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const batch: Batch = { task, results: new Array(items.length), missing: items.length, resolve, reject };
      const size = Math.max(1, Math.min(largestChunk, Math.ceil(items.length / (4 * this.workers))));
      for (let from = 0; from < items.length; from += size) {
        const chunk = items.slice(from, from + size);
        this.queue.push(chunk.map((item, i) => ({ batch, place: from + i, item, isRetry: false })));
      }
      this.assign();
    });
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    const error = new Error("the grader was closed while it worked");
    for (const jobs of [...this.queue.splice(0), ...this.threads.values()])
      for (const { batch } of jobs ?? []) batch.reject(error);
    const threads = [...this.threads.keys()];
    this.threads.clear();
    await Promise.all(threads.map(thread => thread.end()));
  }

  /** Gives chunks to idle threads, and starts threads while there are too few. */
  private assign(): void {
    while (this.queue.length > 0 && !this.isClosed) {
      const idle = [...this.threads].find(([, jobs]) => !jobs)?.[0];
      if (!idle && this.threads.size >= this.workers) break;
      const thread = idle ?? this.start();
      const jobs = this.queue.shift()!;
      this.threads.set(thread, jobs);
      thread.send({ task: jobs[0]!.batch.task, items: jobs.map(({ item }) => item) });
    }
    const isBusy = [...this.threads.values()].some(jobs => jobs);
    if (isBusy)
      this.timer ??= setInterval(() => this.endStuck(), Math.max(1, Math.min(25, this.budgetMs / 4)));
    else {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  private start(): GraderThread {
    const thread: GraderThread = new GraderThread({
      budgetMs: this.budgetMs,
      // Twice the budget, since counted work may take longer on a busy machine.
      limitMs: Math.min(maxBudgetMs, Math.max(2 * this.budgetMs, maxBudgetMs / 2)),
      onResults: results => {
        const jobs = this.threads.get(thread);
        // Ignore late results of an abandoned thread: its jobs are queued again.
        if (!jobs) return;
        this.threads.set(thread, undefined);
        for (const [i, job] of jobs.entries()) settle(job, results[i]);
        this.assign();
      },
      onError: cause => this.giveUp(thread, "the grader's thread failed", cause),
    });
    this.threads.set(thread, undefined);
    return thread;
  }

  private endStuck(): void {
    for (const [thread, jobs] of this.threads) {
      if (jobs && thread.isStuck()) this.giveUp(thread, `stopped after ${this.budgetMs} ms of work`);
    }
  }

  /** Ends a thread. Its current item is retried once or gets a verdict; the others go to the front of the queue. */
  private giveUp(thread: GraderThread, reason: string, cause?: unknown): void {
    const jobs = this.threads.get(thread);
    const { place } = thread;
    this.threads.delete(thread);
    void thread.end();
    if (!jobs) return;
    const stuck = jobs[place];
    if (!stuck) {
      for (const { batch } of jobs) batch.reject(new Error(`${reason} before it began to grade`, { cause }));
    } else {
      const mayRetry = !stuck.isRetry && cause === undefined;
      if (!mayRetry) settle(stuck, this.timeout(stuck.batch.task, reason));
      const again = [
        jobs.slice(0, place),
        jobs.slice(place + 1),
        mayRetry ? [{ ...stuck, isRetry: true }] : [],
      ];
      this.queue.unshift(...again.filter(chunk => chunk.length > 0));
    }
    this.assign();
  }

  private timeout(task: WorkerTask["task"], reason: string): Verdict | ParseOutcome {
    return task === "grade"
      ? { verdict: "timeout", method: "none", reason, ms: this.budgetMs }
      : { parsed: false, reason };
  }
}

function settle({ batch, place }: Job, result: unknown): void {
  batch.results[place] = result;
  if (--batch.missing === 0) batch.resolve(batch.results);
}
