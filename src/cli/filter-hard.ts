import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type FailAtK, type FailAtKModel, type FailAtKSettings, failAtK } from "../problems/fail-at-k.js";
import type { Sampler } from "../training/sampler.js";
import { duration } from "./duration.js";
import { liveLine } from "./live-line.js";

export type FilterHardParams = Omit<FailAtKSettings, "out" | "onProgress" | "onNotice"> &
  Extract<FailAtKModel, { sampler: Sampler }> & {
    /** Folder of the filter's log, `fail-at-k.jsonl`. */
    folder: string;
    k: number;
  };

/** fail@k with a line of progress: on a terminal all the time, when piped every half minute and at the end. */
export async function filterHard({ folder, sampler, ...params }: FilterHardParams): Promise<FailAtK> {
  await mkdir(folder, { recursive: true });
  const line = liveLine(process.stderr);
  const started = performance.now();
  let completions = 0;
  let tokens = 0;
  const counting: Sampler = {
    sample: async request => {
      const samples = await sampler.sample(request);
      completions += samples.length;
      tokens += samples.reduce((sum, sample) => sum + sample.tokens.length, 0);
      return samples;
    },
    logprobs: (...request) => sampler.logprobs(...request),
  };
  let status = { done: 0, total: params.problems.length, hard: 0, endsAt: Number.NaN };
  const text = () => {
    const { done, total, hard, endsAt } = status;
    const seconds = (performance.now() - started) / 1000;
    const left = (endsAt - performance.now()) / 1000;
    return [
      `${done}/${total} problems`,
      `${hard} with 0 of ${params.k}`,
      `${completions} completions`,
      `${Math.round(tokens / seconds)} tokens/s`,
      ...(done < total
        ? [Number.isNaN(left) ? "time left unknown" : `about ${duration(Math.max(0, left))} left`]
        : []),
    ].join(", ");
  };
  const timer = setInterval(() => line.draw(text()), 1000);
  try {
    const found = await failAtK({
      ...params,
      sampler: counting,
      out: join(folder, "fail-at-k.jsonl"),
      onNotice: line.write,
      onProgress: ({ done, total, hard, remainingMs = Number.NaN }) => {
        status = { done, total, hard, endsAt: performance.now() + remainingMs };
      },
    });
    line.write(text());
    return found;
  } finally {
    clearInterval(timer);
    line.end();
  }
}
