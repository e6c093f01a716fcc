import type { Attempt, Domain } from "../problems/domain.js";

/** Counts the right samples of a problem. */
interface Tally {
  correct: number;
}

/** Attempts scored at once: enough to keep all threads busy, few enough to hold. */
const batchSize = 4096;

/**
 * Scores attempts in batches and adds the right ones to their tallies; while one batch is scored on threads, the next can
 * be read. All are added once `end` resolves.
 * @param open gives the domain; called with the first batch, since a table of verdicts needs none
 */
export function scoreInBatches(open: () => Promise<Pick<Domain, "score">>) {
  let batch: { tally: Tally; attempt: Attempt }[] = [];
  let underWay: Promise<void> = Promise.resolve();
  const start = async (entries: typeof batch) => {
    const domain = await open();
    const scores = await domain.score(entries.map(({ attempt }) => attempt));
    entries.forEach(({ tally }, i) => {
      if (scores[i]!.correct) tally.correct++;
    });
  };
  const next = async () => {
    await underWay;
    underWay = start(batch);
    // Its failure is thrown at the next await; until then it must not count as unhandled.
    underWay.catch(() => {});
    batch = [];
  };
  return {
    async add(tally: Tally, attempt: Attempt): Promise<void> {
      batch.push({ tally, attempt });
      if (batch.length >= batchSize) await next();
    },
    async end(): Promise<void> {
      if (batch.length > 0) await next();
      await underWay;
    },
  };
}
