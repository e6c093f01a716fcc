import { gymDomain } from "../gym/gym-domain.js";
import type { AnswerPair, Domain } from "../problems/domain.js";
import { createMathDomain } from "../problems/math-domain.js";

/** Whose number of right samples grows. */
interface Tally {
  correct: number;
}

/** Answers graded at once: enough to keep all threads busy, few enough to hold. */
const batchSize = 4096;

/**
 * Grades answers in batches and adds the right ones to their tallies; while one batch is graded on the threads, the next
 * can be read. All are added once `end` resolves. `close` ends the threads.
 */
export function gradeInBatches(domain: "math" | "gym" | Pick<Domain, "equal">) {
  // Made with the first answer: a table of verdicts needs no threads.
  let own: ReturnType<typeof createMathDomain> | undefined;
  const equal = (pairs: readonly AnswerPair[]) => {
    if (domain === "gym") return gymDomain.equal(pairs);
    if (domain !== "math") return domain.equal(pairs);
    own ??= createMathDomain();
    return own.equal(pairs);
  };
  let pairs = new Map<string, { pair: AnswerPair; tallies: Tally[] }>();
  let waiting = 0;
  let underWay: Promise<void> = Promise.resolve();
  const start = async (batch: typeof pairs) => {
    const entries = [...batch.values()];
    const outcomes = await equal(entries.map(({ pair }) => pair));
    entries.forEach(({ tallies }, i) => {
      if (outcomes[i]) for (const tally of tallies) tally.correct++;
    });
  };
  const next = async () => {
    await underWay;
    underWay = start(pairs);
    // Its failure is met at the next await; until then it is no unhandled one.
    underWay.catch(() => {});
    pairs = new Map();
    waiting = 0;
  };
  return {
    async add(tally: Tally, pair: AnswerPair): Promise<void> {
      // Samples of one problem often agree, and then are graded once.
      const key = `${pair.reference}\u0000${pair.answer}`;
      const known = pairs.get(key);
      if (known) known.tallies.push(tally);
      else pairs.set(key, { pair, tallies: [tally] });
      if (++waiting >= batchSize) await next();
    },
    async end(): Promise<void> {
      if (pairs.size > 0) await next();
      await underWay;
    },
    close: async () => own?.close(),
  };
}
