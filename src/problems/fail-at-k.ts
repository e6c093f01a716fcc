import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { deriveSeed } from "../util/derive-seed.js";
import { forEachConcurrently } from "../util/for-each-concurrently.js";
import { exclusively } from "../util/lock.js";
import { untilStopped } from "../util/stop-signal.js";
import { checkUniqueIds } from "./check-unique-ids.js";
import type { Domain } from "./domain.js";
import { type FailAtKResult, openFailAtKLog } from "./fail-at-k-log.js";
import type { Problem } from "./problem.js";
import { type SampleProblem, type SampleStudentParams, sampleStudent } from "./sample-student.js";

export interface FailAtKProgress {
  /** Problems finished, those of an earlier run included. */
  done: number;
  total: number;
  /** Problems with 0 of k so far. */
  hard: number;
  /** Completions sampled by this call, of finished problems. */
  sampled: number;
  /** Time since the call, in milliseconds. */
  elapsedMs: number;
  /** Estimated time left in milliseconds, from this call's own pace; undefined until a problem is finished. */
  remainingMs: number | undefined;
}

/** The model to filter with: a `Sampler` under the domain's student prompt, or a function that gives its completions. */
export type FailAtKModel =
  | (Omit<SampleStudentParams, "domain"> & { domain: Pick<Domain, "prompts" | "score"> })
  | { sample: SampleProblem; domain: Pick<Domain, "score"> };

export interface FailAtKSettings {
  problems: readonly Problem[];
  /** Number of completions that a problem must fail. Default 128 (SOAR, section 4). */
  k?: number;
  /** Seed of everything sampled; each chunk of each problem has its own, derived from it. Default 0. */
  seed?: number;
  /** Completions asked for at a time; sampling can stop early between chunks. Default 16. */
  chunk?: number;
  /** Concurrent problems. Default 8. */
  concurrency?: number;
  /**
   * JSONL file that gets one line as soon as a problem is finished. When it exists, its problems are not sampled again:
   * a run that was killed is resumed, with the same result.
   */
  out?: string;
  /** Stop sampling a problem once it is solved, because only 0 of k matters. Default true. */
  stopEarly?: boolean;
  signal?: AbortSignal;
  onProgress?: (progress: FailAtKProgress) => void;
  /** Told what was repaired, e.g. a torn last line of `out`. Default console.warn. */
  onNotice?: (message: string) => void;
}

export type FailAtKParams = FailAtKSettings & FailAtKModel;

export interface FailAtK {
  /** The problems with 0 of k, in the order given. */
  hard: Problem[];
  /** A result for every problem, in the order given. */
  results: FailAtKResult[];
}

/**
 * The fail@k filter (SOAR, section 4; App. B.5): samples k completions of each problem and keeps those with none right.
 * Deterministic from `seed` as far as the sampler is. In a notebook, stopping the cell ends it.
 *
 * @throws Error for duplicate ids, for numbers out of range, for an `out` made with other settings, in use or damaged, and
 * for a sampler that returns too few completions; whatever the sampler throws; the signal's reason. What is finished by
 * then is in `out`.
 */
export async function failAtK(params: FailAtKParams): Promise<FailAtK> {
  const { out } = params;
  const signal = untilStopped(params.signal);
  if (out === undefined) return filter({ ...params, signal });
  await mkdir(dirname(out), { recursive: true });
  return exclusively({ path: `${out}.lock`, what: out, signal }, () => filter({ ...params, signal }));
}

async function filter({
  problems,
  concurrency = 8,
  out,
  onProgress,
  onNotice = console.warn,
  ...params
}: FailAtKParams): Promise<FailAtK> {
  const { k = 128, seed = 0, chunk = 16, stopEarly = true, signal, domain } = params;
  const sample = "sample" in params ? params.sample : sampleStudent(params);
  for (const [name, value] of Object.entries({ k, chunk, concurrency })) {
    if (!Number.isInteger(value) || value < 1) {
      throw new Error(`failAtK: ${name} is ${value}; expected a whole number of at least 1.`);
    }
  }
  checkUniqueIds(problems);
  signal?.throwIfAborted();

  const log = out === undefined ? undefined : await openFailAtKLog({ path: out, k, seed, chunk, onNotice });
  // A line from a run that stopped early cannot serve a run that needs all k.
  const kept = (log?.results ?? []).filter(({ tried }) => stopEarly || tried === k);
  const finished = new Map(kept.map(result => [result.id, result]));
  const waiting = problems.filter(({ id }) => !finished.has(id));
  const resumed = problems.length - waiting.length;
  const started = performance.now();
  let hard = problems.filter(({ id }) => finished.get(id)?.solved === 0).length;
  let done = resumed;
  let sampled = 0;
  const report = () => {
    const elapsedMs = performance.now() - started;
    const pace = done > resumed ? elapsedMs / (done - resumed) : undefined;
    const remainingMs = done === problems.length ? 0 : pace && pace * (problems.length - done);
    onProgress?.({ done, total: problems.length, hard, sampled, elapsedMs, remainingMs });
  };
  report();

  // One failure also ends the other active problems: they share this signal.
  const failure = new AbortController();
  const all = signal ? AbortSignal.any([signal, failure.signal]) : failure.signal;
  await forEachConcurrently(waiting, concurrency, async problem => {
    try {
      all.throwIfAborted();
      const result = await tryProblem(problem, { sample, domain, k, seed, chunk, stopEarly, signal: all });
      await log?.append(result);
      finished.set(result.id, result);
      sampled += result.tried;
      done++;
      if (result.solved === 0) hard++;
      report();
    } catch (error) {
      failure.abort(error);
      // The first cause, not the abort that the others saw because of it.
      throw all.reason;
    }
  });
  const results = problems.map(({ id }) => finished.get(id)!);
  return { hard: problems.filter((_, index) => results[index]!.solved === 0), results };
}

/** Samples one problem, chunk by chunk, until k completions or, if that is enough, a correct one. */
async function tryProblem(
  problem: Problem,
  {
    k,
    sample,
    domain,
    seed,
    chunk,
    stopEarly,
    signal,
  }: Required<Pick<FailAtKSettings, "k" | "seed" | "chunk" | "stopEarly" | "signal">> & {
    sample: SampleProblem;
    domain: Pick<Domain, "score">;
  },
): Promise<FailAtKResult> {
  const result = { id: problem.id, tried: 0, solved: 0 };
  while (result.tried < k && !(stopEarly && result.solved > 0)) {
    const numSamples = Math.min(chunk, k - result.tried);
    const chunkSeed = deriveSeed(seed, "fail-at-k", problem.id, result.tried);
    const texts = await sample(problem, { numSamples, seed: chunkSeed, signal });
    signal.throwIfAborted();
    if (texts.length !== numSamples) {
      throw new Error(
        `failAtK: the sampler returned ${texts.length} completions of problem "${problem.id}", ${numSamples} were asked for.`,
      );
    }
    result.tried += texts.length;
    const scores = await domain.score(texts.map(completion => ({ problem, completion })));
    result.solved += scores.filter(({ correct }) => correct).length;
  }
  return result;
}
