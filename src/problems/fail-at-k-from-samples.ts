import { type Frame, frameRows, isFrame } from "../util/frame-rows.js";
import { checkUniqueIds } from "./check-unique-ids.js";
import { completionTexts, promptText } from "./completion-texts.js";
import type { Attempt, Domain } from "./domain.js";
import type { FailAtKResult } from "./fail-at-k-log.js";
import { findColumns, usualColumns } from "./find-columns.js";
import { type LogRow, logRows } from "./log-rows.js";
import type { Problem } from "./problem.js";
import { streamRows } from "./stream-rows.js";

export interface FailAtKFromSamplesParams {
  problems: readonly Problem[];
  /**
   * Completions, rows of one problem in any place: a file (.jsonl, .json, .csv, .tsv, .parquet, .zip), rows, or a danfojs
   * DataFrame. A row is `{id, completion}` or `{id, completions: [...]}`, with `question` or `prompt` in place of `id`, or
   * of a log of lm-eval, verifiers, TRL or OpenAI's API; completions are text or messages.
   */
  path: string | readonly object[] | Frame;
  /** Completions a problem must fail; of more, the first k count. Default: as many as the file has of each problem. */
  k?: number;
  domain: Pick<Domain, "score">;
  /** Which rows count of a log that has several per sample: lm-eval's filter, or verifiers' agent. Default: the first. */
  filter?: string;
  /** Told which rows are left out for that. Default: console.warn. */
  onNotice?: (message: string) => void;
}

export interface FailAtKFromSamples {
  /** Problems with 0 of k. */
  hard: Problem[];
  /** One for each problem, in the order given; `tried` is 0 if the file has none of it. */
  results: FailAtKResult[];
  /** Problems with none right but fewer than k completions: nobody can say that they are hard. */
  undecided: Problem[];
  /** Completions of the file that belong to none of the problems. */
  unmatched: number;
}

/**
 * The fail@k filter over completions that somebody has already sampled. The file is streamed.
 *
 * @throws Error naming path, line and field if a row is not of the format; for duplicate ids and for a k under 1.
 */
export async function failAtKFromSamples({
  problems,
  path,
  k,
  domain,
  filter,
  onNotice,
}: FailAtKFromSamplesParams): Promise<FailAtKFromSamples> {
  if (k !== undefined && (!Number.isInteger(k) || k < 1)) {
    throw new Error(`failAtKFromSamples: k is ${k}; expected a whole number of at least 1.`);
  }
  checkUniqueIds(problems);
  const byKey = new Map<string, number>();
  for (const [index, { id, question }] of problems.entries()) {
    byKey.set(`id ${id}`, index);
    byKey.set(`question ${question.trim()}`, index);
  }
  const results = problems.map(({ id }) => ({ id, tried: 0, solved: 0 }));
  let unmatched = 0;
  let batch: (Attempt & { index: number })[] = [];
  const scoreBatch = async () => {
    const scores = await domain.score(batch);
    for (const [i, { index }] of batch.entries()) if (scores[i]!.correct) results[index]!.solved++;
    batch = [];
  };
  const { rows, where } = openRows(path);
  for await (const row of logRows({ rows, filter, onNotice })) {
    const completions = row.answers ?? readCompletions(row, where(row.row));
    const index = problemKeys(row, where(row.row))
      .map(key => byKey.get(key))
      .find(found => found !== undefined);
    if (index === undefined) {
      unmatched += completions.length;
      continue;
    }
    const result = results[index]!;
    for (const text of completions) {
      if (k !== undefined && result.tried >= k) break;
      result.tried++;
      const given = row.answers === undefined ? undefined : text;
      batch.push({ problem: problems[index]!, completion: text, given, index });
    }
    if (batch.length >= 1024) await scoreBatch();
  }
  await scoreBatch();
  const wanted = k ?? 1;
  const unsolved = problems.filter((_, index) => results[index]!.solved === 0);
  const tried = new Map(results.map(result => [result.id, result.tried]));
  return {
    hard: unsolved.filter(({ id }) => tried.get(id)! >= wanted),
    results,
    undecided: unsolved.filter(({ id }) => tried.get(id)! < wanted),
    unmatched,
  };
}

function openRows(samples: FailAtKFromSamplesParams["path"]) {
  if (typeof samples === "string") {
    return { rows: streamRows({ path: samples }), where: (row: number) => `${samples}, line ${row}` };
  }
  const values = isFrame(samples) ? frameRows(samples) : samples;
  const rows = values.map((value, row) => ({ row, value: value as Record<string, unknown> }));
  return { rows, where: (row: number) => `samples[${row}]` };
}

/** What a row calls its problem: its ids, and its question. */
function problemKeys({ value, question }: LogRow, place: string): string[] {
  const named = usualColumns.problem.flat().flatMap(name => (isThere(value[name]) ? [value[name]] : []));
  const keys = [...named, ...(question === undefined ? [] : [question])].flatMap(cell => {
    const text = typeof cell === "number" || typeof cell === "bigint" ? String(cell) : promptText(cell);
    return text === undefined ? [] : [`id ${text}`, `question ${text.trim()}`];
  });
  if (keys.length > 0) return keys;
  throw new Error(
    `${place}: expected "id" (the problem's id) or "question" (its text); ${columnNames(value)}.`,
  );
}

function readCompletions({ value }: LogRow, place: string): string[] {
  const [name, second] = findColumns(value, "completion").filter(column => isThere(value[column]));
  if (name === undefined || second !== undefined) {
    throw new Error(
      `${place}: expected either "completion" (a text or messages) or "completions" (a list of them); ${columnNames(value)}.`,
    );
  }
  const texts = completionTexts(value[name]);
  if (texts !== undefined) return texts;
  if (Array.isArray(value[name]) && value[name].length === 0) return [];
  throw new Error(
    `${place}: column "${name}": expected a text, messages, or a list of them, got ${JSON.stringify(value[name])?.slice(0, 60)}.`,
  );
}

function isThere(cell: unknown): boolean {
  return cell !== undefined && cell !== null;
}

function columnNames(value: object): string {
  return `it has: ${Object.keys(value).slice(0, 12).join(", ")}`;
}
