import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import type { GradeAnswerParams } from "./grade-answer.js";
import type { ParseOutcome } from "./parse-outcome.js";
import { startGraderWorker } from "./start-grader-worker.js";
import type { Verdict } from "./verdict.js";

/** Grades batches on threads, each answer within a time limit. */
export interface Grader {
  /** A verdict for each pair, in order. Rejects only if the grader is closed or cannot start a thread. */
  grade(pairs: readonly GradeAnswerParams[]): Promise<Verdict[]>;
  /** Whether each answer can be understood, in order. */
  parse(answers: readonly string[]): Promise<ParseOutcome[]>;
  /** Ends the threads. What is under way is rejected. */
  close(): Promise<void>;
}

export interface CreateGraderParams {
  /** Threads, started as they are needed. Default: as many as there are cores. */
  workers?: number;
  /**
   * Time for one answer, in milliseconds, from 1 to 1,000. Default 200. It is enforced from outside: the thread of an
   * answer that takes longer is ended and replaced. Up to 500 ms, such an answer is tried once more alone, because on a
   * busy machine it may be the thread that had to wait; after that, or above, the verdict is `timeout`.
   */
  budgetMs?: number;
}

const hardLimitMs = 1000;
const largestChunk = 64;

interface Chunk {
  task: "grade" | "parse";
  items: readonly unknown[];
  /** Whether this is one item's second try. */
  isRetry: boolean;
  /** Where the results go. */
  done: (results: unknown[]) => void;
  fail: (error: Error) => void;
}

interface Slot {
  worker: Worker;
  /** [items begun, place of the current one or -1], written by the thread. */
  progress: Int32Array;
  chunk: Chunk | undefined;
  /** The number of items begun when it was last looked at, and since when it has not changed. */
  seen: number;
  since: number;
}

/**
 * A pool of threads that grade answers which nobody has checked: it never hangs and never throws for an answer. Threads
 * do not keep the process alive while they are idle.
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
  if (!(budgetMs >= 1 && budgetMs <= hardLimitMs)) {
    throw new RangeError(`createGrader: budgetMs is ${budgetMs}; expected 1 to ${hardLimitMs}.`);
  }
  const slots = new Set<Slot>();
  const queue: Chunk[] = [];
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const start = (): Slot => {
    const shared = new SharedArrayBuffer(8);
    const progress = new Int32Array(shared);
    progress[1] = -1;
    const slot: Slot = { worker: startGraderWorker(shared), progress, chunk: undefined, seen: 0, since: 0 };
    slot.worker.on("message", (message: "ready" | unknown[]) => {
      if (message === "ready" || !slot.chunk) return;
      const { done } = slot.chunk;
      release(slot);
      done(message);
      pump();
    });
    // A thread that fails by itself: out of memory at an item, or unable to start.
    slot.worker.on("error", cause => {
      if (slots.has(slot)) abandon(slot, "the grader's thread failed", cause);
    });
    slots.add(slot);
    return slot;
  };

  const release = (slot: Slot) => {
    slot.chunk = undefined;
    slot.worker.unref();
  };

  const pump = () => {
    while (queue.length > 0 && !isClosed) {
      let slot = [...slots].find(({ chunk }) => !chunk);
      if (!slot && slots.size >= workers) break;
      slot ??= start();
      const chunk = queue.shift()!;
      slot.chunk = chunk;
      slot.seen = Atomics.load(slot.progress, 0);
      slot.since = performance.now();
      slot.worker.ref();
      slot.worker.postMessage({ task: chunk.task, items: chunk.items });
    }
    const isBusy = [...slots].some(({ chunk }) => chunk);
    if (isBusy) timer ??= setInterval(watch, Math.max(1, Math.min(25, budgetMs / 4)));
    else {
      clearInterval(timer);
      timer = undefined;
    }
  };

  const watch = () => {
    const now = performance.now();
    for (const slot of [...slots]) {
      if (!slot.chunk) continue;
      const begun = Atomics.load(slot.progress, 0);
      // Before its first item a thread is still loading, and between chunks it is at none.
      if (begun !== slot.seen || Atomics.load(slot.progress, 1) < 0) {
        slot.seen = begun;
        slot.since = now;
      } else if (now - slot.since >= budgetMs) {
        abandon(slot, `stopped after ${budgetMs} ms`);
      }
    }
  };

  /** Ends a thread; the item it was at gets a verdict, the others of its chunk are queued again, first in line. */
  const abandon = (slot: Slot, reason: string, cause?: unknown) => {
    slots.delete(slot);
    const { chunk } = slot;
    // Results that it still sends come too late: its items are queued again.
    slot.chunk = undefined;
    const at = Atomics.load(slot.progress, 1);
    slot.worker.terminate();
    if (!chunk) return;
    if (at < 0) {
      chunk.fail(new Error(`${reason} before it began to grade`, { cause }));
      pump();
      return;
    }
    const { task, items } = chunk;
    const mayRetry = !chunk.isRetry && cause === undefined && 2 * budgetMs <= hardLimitMs;
    const outcome =
      task === "grade"
        ? ({ verdict: "timeout", method: "none", reason, ms: budgetMs } satisfies Verdict)
        : ({ parsed: false, reason } satisfies ParseOutcome);
    const parts: unknown[][] = [[], mayRetry ? [] : [outcome], []];
    const ranges = [items.slice(0, at), mayRetry ? items.slice(at, at + 1) : [], items.slice(at + 1)];
    let waiting = ranges.filter(({ length }) => length > 0).length;
    for (const [part, range] of ranges.entries()) {
      if (range.length === 0) continue;
      const done = (results: unknown[]) => {
        parts[part] = results;
        if (--waiting === 0) chunk.done(parts.flat());
      };
      queue.unshift({ ...chunk, items: range, isRetry: part === 1, done });
    }
    if (waiting === 0) chunk.done(parts.flat());
    pump();
  };

  const run = async (task: Chunk["task"], items: readonly unknown[]): Promise<unknown[]> => {
    if (isClosed) throw new Error("this grader is closed; make a new one with createGrader().");
    const size = Math.max(1, Math.min(largestChunk, Math.ceil(items.length / (4 * workers))));
    const chunks: Promise<unknown[]>[] = [];
    for (let from = 0; from < items.length; from += size) {
      chunks.push(
        new Promise((done, fail) =>
          queue.push({ task, items: items.slice(from, from + size), isRetry: false, done, fail }),
        ),
      );
    }
    pump();
    return (await Promise.all(chunks)).flat();
  };

  return {
    grade: async pairs => {
      const plain = pairs.map(({ gold, answer }) => ({ gold, answer }));
      return (await run("grade", plain)) as Verdict[];
    },
    parse: async answers => (await run("parse", answers)) as ParseOutcome[],
    close: async () => {
      isClosed = true;
      clearInterval(timer);
      const error = new Error("the grader was closed while it worked");
      for (const chunk of [...queue.splice(0), ...[...slots].flatMap(slot => slot.chunk ?? [])])
        chunk.fail(error);
      const ending = [...slots].map(({ worker }) => worker.terminate());
      slots.clear();
      await Promise.all(ending);
    },
  };
}
