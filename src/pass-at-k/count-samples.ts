import { z } from "zod";
import type { Extraction } from "../grading/extract-answer.js";
import { type BuiltInDomain, openDomain } from "../lab/open-domain.js";
import type { ProblemCount } from "../metrics/estimate-pass-at-k.js";
import { completionTexts, promptText } from "../problems/completion-texts.js";
import type { Domain } from "../problems/domain.js";
import { logRows } from "../problems/log-rows.js";
import type { Row } from "../problems/stream-rows.js";
import { checkIdColumnsAgree } from "./check-id-columns-agree.js";
import { ColumnError } from "./column-error.js";
import { type SampleColumns, type SampleForm, sampleColumns } from "./sample-columns.js";
import { scoreInBatches } from "./score-in-batches.js";

export interface CountSamplesOptions {
  /** Which column holds what, if the names are not the usual ones. */
  columns?: SampleColumns;
  /** What scores answers that nobody has graded yet: a domain, or one of soarlab's by name. Default "math". */
  domain?: BuiltInDomain | Pick<Domain, "score">;
  /** How the domain "math" finds a completion's answer. Default only the last box, as SOAR's rewards want it. */
  ways?: readonly Extraction[];
  /** Verdicts are numbers, e.g. partial rewards, and a sample is right if its number is at least this. Default: 0 or 1. */
  threshold?: number;
  /** Which rows count of a log that has several per sample: lm-eval's filter, or verifiers' agent. Default: the first. */
  filter?: string;
  /** Called with what is left out or not read. Default: console.warn. */
  onNotice?: (message: string) => void;
}

export interface CountSamplesParams extends CountSamplesOptions {
  rows: Iterable<Row> | AsyncIterable<Row>;
  /** Returns a row's position for errors, e.g. "samples.jsonl, line 3". */
  where: (row: number) => string;
}

const verdict = z.union([
  z.boolean(),
  z.literal([0, 1]).transform(Boolean),
  z.literal([0n, 1n]).transform(Boolean),
  z.stringFormat("verdict", /^\s*(?:true|false|[01](?:\.0+)?)\s*$/i).transform(text => /[t1]/i.test(text)),
]);
const verdicts = z.union([z.array(verdict).min(1), verdict.transform(one => [one])]);
const number = z.union([
  z.number(),
  z.boolean().transform(Number),
  z.bigint().transform(Number),
  z.stringFormat("number", /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i).transform(Number),
]);
const atLeast = (threshold: number) => {
  const reward = number.transform(value => value >= threshold);
  return z.union([z.array(reward).min(1), reward.transform(one => [one])]);
};

function expectedVerdict(value: unknown, threshold: number | undefined): string {
  if (threshold !== undefined) return "a number, or a list of numbers, for the threshold";
  const isReward = [value].flat().every(one => number.safeParse(one).success);
  return isReward
    ? "true, false, 1 or 0 for one sample (a partial reward needs a threshold, e.g. threshold: 0.5; a number of " +
        "right ones needs a number of samples beside it)"
    : "true, false, 1 or 0 for one sample";
}

const count = z.union([
  z.int().min(0),
  z.bigint().min(0n).transform(Number),
  z.stringFormat("count", /^\s*\d+(?:\.0+)?\s*$/).transform(Number),
]);
const text = z.union([z.string(), z.number().transform(String), z.bigint().transform(String)]);
const name = z
  .preprocess(value => promptText(value) ?? value, text)
  .transform(value => value.trim())
  .pipe(z.string().min(1));
const texts = z.unknown().transform(completionTexts).pipe(z.array(z.string()).min(1));

interface Tally extends Required<ProblemCount> {
  problem: string;
  row: number;
  answer?: string;
}

/**
 * Counts samples by problem, in the order in which problems first appear; answers without a verdict are
 * graded, in batches. Problem names are text, so that a CSV and a JSONL of the same problems can be compared.
 *
 * @throws Error saying where, which column and what was expected: if columns are missing or could be either
 *   of two, a value is not what its column holds, a problem's counts are given twice, or two rows of a
 *   problem disagree on its reference or on another column that names it
 */
export async function countSamples(params: CountSamplesParams): Promise<Required<ProblemCount>[]> {
  const { rows, where, columns, domain = "math", ways, threshold, filter, onNotice = console.warn } = params;
  const verdict = threshold === undefined ? verdicts : atLeast(threshold);
  const tallies = new Map<string, Tally>();
  const tallyOf = (problem: string, row: number) => {
    const tally = tallies.get(problem) ?? { problem, samples: 0, correct: 0, row };
    tallies.set(problem, tally);
    return tally;
  };
  let own: Promise<Domain> | undefined;
  const scoring = scoreInBatches(async () => {
    if (typeof domain !== "string") return domain;
    own ??= openDomain(domain, ways);
    return own;
  });
  let form: SampleForm | undefined;
  let checkTwins: ReturnType<typeof checkIdColumnsAgree> | undefined;
  try {
    for await (const { row, value } of logRows({ rows, filter, onNotice })) {
      const cells = readCells(value, where(row));
      if (form === undefined || checkTwins === undefined) {
        form = sampleColumns(value, where(row), columns);
        checkTwins = checkIdColumnsAgree(form, where);
        for (const sentence of form.ignored) onNotice(`${where(row)}: ${sentence}`);
      }
      const problem = cells.read(form.problem, name, "the problem's id or text");
      checkTwins(problem, { row, value });
      if (form.kind === "counts") {
        const first = tallies.get(problem)?.row;
        if (first !== undefined) {
          throw cells.error(
            `problem ${brief(problem)} is counted a second time; the first is ${where(first)}.`,
          );
        }
        Object.assign(tallyOf(problem, row), readCount(cells, form));
      } else if (form.kind === "verdicts") {
        const outcomes = cells.read(form.correct, verdict, expectedVerdict(value[form.correct], threshold));
        const tally = tallyOf(problem, row);
        tally.samples += outcomes.length;
        tally.correct += outcomes.filter(Boolean).length;
      } else {
        const tally = tallyOf(problem, row);
        const answer = cells.read(form.answer, text, "the reference as text");
        tally.answer ??= answer;
        if (tally.answer !== answer) {
          throw new ColumnError(
            `${where(row)}: problem ${brief(problem)} has the reference ${brief(answer)} here and ` +
              `${brief(tally.answer)} at ${where(tally.row)}; is "${form.problem}" what tells problems apart?`,
            "problem",
          );
        }
        const completions = readCompletions(cells, form.given, columns);
        tally.samples += completions.length;
        const question = typeof value.question === "string" ? value.question : problem;
        const attempted = { question, answer };
        for (const completion of completions) {
          const given = form.isExtracted ? undefined : completion;
          await scoring.add(tally, { problem: attempted, completion, given });
        }
      }
    }
    await scoring.end();
  } finally {
    await (await own)?.close?.();
  }
  return Array.from(tallies.values(), ({ problem, samples, correct }) => ({ problem, samples, correct }));
}

/** The cells of one row, to be read by their schemas. */
interface Cells {
  value: Record<string, unknown>;
  error(message: string): Error;
  /** @throws Error saying where, which column, and what was expected */
  read<T>(column: string, schema: z.ZodType<T>, expected: string): T;
}

function readCells(value: Record<string, unknown>, place: string): Cells {
  const error = (message: string) => new Error(`${place}: ${message}`);
  return {
    value,
    error,
    read(column, schema, expected) {
      const parsed = schema.safeParse(value[column]);
      if (parsed.success) return parsed.data;
      throw error(`column "${column}": expected ${expected}, got ${brief(value[column])}.`);
    },
  };
}

function readCount(cells: Cells, form: SampleForm & { kind: "counts" }) {
  const samples = cells.read(form.samples, count.pipe(z.int().min(1)), "a number of samples");
  const expected = `a whole number from 0 to ${samples}, the samples`;
  return { samples, correct: cells.read(form.correct, count.pipe(z.int().max(samples)), expected) };
}

function readCompletions(cells: Cells, column: string, columns: SampleColumns = {}): string[] {
  const isListName = /^(?:completion|response)s$/i.test(column);
  if (isListName && columns.completion === undefined && typeof cells.value[column] === "string") {
    throw new ColumnError(
      cells.error(`column "${column}": expected a list of texts, got one text. Is it one completion per row?`)
        .message,
      "completion",
      column,
    );
  }
  return cells.read(column, texts, "a text, messages, or a list of them, at least one");
}

function brief(value: unknown): string {
  const shown = JSON.stringify(value, (_, x) => (typeof x === "bigint" ? String(x) : x)) ?? "nothing";
  return shown.length > 80 ? `${shown.slice(0, 77)}...` : shown;
}
