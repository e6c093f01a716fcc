import { z } from "zod";
import { type Extraction, extractAnswer } from "../grading/extract-answer.js";
import { extractBoxed } from "../grading/extract-boxed.js";
import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import type { AnswerPair, Domain } from "../problems/domain.js";
import { gymDomain } from "../problems/gym/gym-domain.js";
import { createMathDomain } from "../problems/math-domain.js";
import type { Row } from "../problems/stream-rows.js";
import { type SampleColumns, type SampleForm, sampleColumns } from "./sample-columns.js";

export interface CountSamplesOptions {
  /** Which column holds what, where the names are not the usual ones. */
  columns?: SampleColumns;
  /** What grades answers that nobody has graded yet. Default "math". */
  domain?: "math" | "gym" | Pick<Domain, "equal">;
  /** How to find a completion's answer. Default only the last box, as SOAR's rewards want it. */
  ways?: readonly Extraction[];
}

export interface CountSamplesParams extends CountSamplesOptions {
  rows: Iterable<Row> | AsyncIterable<Row>;
  /** Says for errors where a row stands, e.g. "samples.jsonl, line 3". */
  where: (row: number) => string;
}

/** Answers graded at once: enough to keep all threads busy, few enough to hold. */
const batchSize = 4096;

/** Names under which a single text would be a mistake: a list that was written as text. */
const listNames = ["completions", "responses"];

const verdict = z.union([
  z.boolean(),
  z.literal([0, 1]).transform(Boolean),
  z.literal([0n, 1n]).transform(Boolean),
  z.stringFormat("verdict", /^\s*(?:true|false|[01](?:\.0+)?)\s*$/i).transform(text => /[t1]/i.test(text)),
]);
const verdicts = z.union([z.array(verdict).min(1), verdict.transform(one => [one])]);
const count = z.union([
  z.int().min(0),
  z.bigint().min(0n).transform(Number),
  z.stringFormat("count", /^\s*\d+(?:\.0+)?\s*$/).transform(Number),
]);
const text = z.union([z.string(), z.number().transform(String), z.bigint().transform(String)]);
const name = text.transform(value => value.trim()).pipe(z.string().min(1));
const texts = z.union([z.array(text).min(1), text.transform(one => [one])]);

interface Tally extends Required<ProblemCount> {
  problem: string;
  row: number;
  gold?: string;
}

/**
 * Counts samples by problem, in the order in which problems first appear; answers without a verdict are graded, in
 * batches. Problems are called by text, so that a CSV and a JSONL of the same problems can be compared.
 *
 * @throws Error saying where, which column and what was expected: where columns are missing or could be either of two,
 *   a value is not what its column holds, a problem's counts are given twice, or two rows of a problem disagree on its
 *   reference or on another column that names it
 */
export async function countSamples(params: CountSamplesParams): Promise<Required<ProblemCount>[]> {
  const { rows, where, columns, ways } = params;
  const tallies = new Map<string, Tally>();
  const fail = (row: number, message: string) => new Error(`${where(row)}: ${message}`);
  const read = <T>({ row, value }: Row, column: string, schema: z.ZodType<T>, expected: string): T => {
    const parsed = schema.safeParse(value[column]);
    if (parsed.success) return parsed.data;
    throw fail(row, `column "${column}": expected ${expected}, got ${brief(value[column])}.`);
  };

  let form: SampleForm | undefined;
  let checkTwins: TwinCheck | undefined;
  const grading = createGrading(params.domain);
  try {
    for await (const each of rows) {
      const { row, value } = each;
      if (form === undefined) {
        try {
          form = sampleColumns(value, columns);
        } catch (error) {
          throw fail(row, (error as Error).message);
        }
        checkTwins = twinCheck(form, where);
      }
      const problem = read(each, form.problem, name, "the problem's id or text");
      checkTwins!(problem, each);
      let tally = tallies.get(problem);
      if (form.kind === "counts") {
        if (tally) {
          throw fail(
            row,
            `problem ${brief(problem)} is counted a second time; the first is ${where(tally.row)}.`,
          );
        }
        const samples = read(each, form.samples, count.pipe(z.int().min(1)), "a number of samples");
        const expected = `a whole number from 0 to ${samples}, the samples`;
        const correct = read(each, form.correct, count.pipe(z.int().max(samples)), expected);
        tallies.set(problem, { problem, samples, correct, row });
        continue;
      }
      if (!tally) {
        tally = { problem, samples: 0, correct: 0, row };
        tallies.set(problem, tally);
      }
      if (form.kind === "verdicts") {
        const given = read(
          each,
          form.correct,
          verdicts,
          "true, false, 1 or 0 for one sample (a number of right ones needs a number of samples beside it)",
        );
        tally.samples += given.length;
        for (const isCorrect of given) tally.correct += Number(isCorrect);
        continue;
      }
      const reference = read(each, form.gold, text, "the reference as text");
      const gold = withoutBox(reference);
      tally.gold ??= gold;
      if (tally.gold !== gold) {
        throw fail(
          row,
          `problem ${brief(problem)} has the reference ${brief(gold)} here and ${brief(tally.gold)} at ` +
            `${where(tally.row)}; is "${form.problem}" what tells problems apart? ` +
            `Name the right one: columns: { problem: "..." }, or --problem on the command line.`,
        );
      }
      if (
        !columns?.completion &&
        listNames.includes(form.answers) &&
        typeof value[form.answers] === "string"
      ) {
        throw fail(
          row,
          `column "${form.answers}": expected a list of texts, got one text. If it is one completion a row, ` +
            `say so: columns: { completion: "${form.answers}" }, or --completion ${form.answers}.`,
        );
      }
      const completions = read(each, form.answers, texts, "a text or a list of texts, at least one");
      tally.samples += completions.length;
      for (const completion of completions) {
        const answer = form.isExtracted
          ? extractAnswer({ text: completion, ways })?.answer
          : withoutBox(completion);
        if (answer !== undefined) await grading.add(tally, { answer, reference: gold });
      }
    }
    await grading.end();
  } finally {
    await grading.close();
  }
  return Array.from(tallies.values(), ({ problem, samples, correct }) => ({ problem, samples, correct }));
}

/** Grades in batches. While one is graded on the threads, the next is read. */
function createGrading(domain: CountSamplesOptions["domain"] = "math") {
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
      await next();
      await underWay;
    },
    close: async () => own?.close(),
  };
}

type TwinCheck = (problem: string, row: Row) => void;

/** A check that columns which could all name the problem tell problems apart in the same way; it throws where not. */
function twinCheck(
  { problem: column, alsoProblem }: SampleForm,
  where: CountSamplesParams["where"],
): TwinCheck {
  type Seen = Map<string, { partner: string; row: number }>;
  const twins = alsoProblem.map(name => ({ name, byProblem: new Map() as Seen, byTwin: new Map() as Seen }));
  const meet = (seen: Seen, key: string, partner: string, row: number) => {
    const first = seen.get(key);
    if (first === undefined) seen.set(key, { partner, row });
    return first === undefined || first.partner === partner ? undefined : first.row;
  };
  return (problem, { row, value }) => {
    for (const { name, byProblem, byTwin } of twins) {
      const raw = value[name];
      if (raw === undefined || raw === null) continue;
      const twin = String(raw).trim();
      const sameProblem = meet(byProblem, problem, twin, row);
      const sameTwin = meet(byTwin, twin, problem, row);
      const at = sameProblem ?? sameTwin;
      if (at === undefined) continue;
      const [same, different] = sameProblem === undefined ? [name, column] : [column, name];
      throw new Error(
        `${where(row)}: by "${same}" this is the problem of ${where(at)}, by "${different}" it is another one. ` +
          `Say which tells problems apart: columns: { problem: "${column}" } or { problem: "${name}" }, or --problem ` +
          "on the command line.",
      );
    }
  };
}

function withoutBox(answer: string): string {
  return answer.includes("\\boxed") ? (extractBoxed(answer) ?? answer) : answer;
}

function brief(value: unknown): string {
  const shown = JSON.stringify(value, (_, x) => (typeof x === "bigint" ? String(x) : x)) ?? "nothing";
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}
