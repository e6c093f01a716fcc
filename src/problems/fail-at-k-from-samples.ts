import { z } from "zod";
import { jsonlRows } from "../util/jsonl-rows.js";
import { checkUniqueIds } from "./check-unique-ids.js";
import type { Attempt, Domain } from "./domain.js";
import type { FailAtKResult } from "./fail-at-k-log.js";
import type { Problem } from "./problem.js";

const rowSchema = z
  .object({
    id: z.string().optional(),
    question: z.string().optional(),
    completion: z.string().optional(),
    completions: z.array(z.string()).optional(),
  })
  .refine(({ id, question }) => id !== undefined || question !== undefined, {
    message: 'expected "id" (the problem\'s id) or "question" (its text)',
  })
  .refine(({ completion, completions }) => (completion === undefined) !== (completions === undefined), {
    message: 'expected either "completion" (a text) or "completions" (an array of texts)',
  });

export interface FailAtKFromSamplesParams {
  problems: readonly Problem[];
  /**
   * JSONL of completions: `{id, completion}` or `{id, completions: [...]}` a line, rows of one problem in any place;
   * `question` may stand instead of `id`.
   */
  path: string;
  /** Completions a problem must fail; of more, the first k count. Default: as many as the file has of each problem. */
  k?: number;
  domain: Pick<Domain, "score">;
}

export interface FailAtKFromSamples {
  /** Problems with 0 of k. */
  hard: Problem[];
  /** One for each problem, in the order given; `tried` is 0 where the file has none of it. */
  results: FailAtKResult[];
  /** Problems with none right but fewer than k completions: nobody can say that they are hard. */
  undecided: Problem[];
  /** Completions of the file that belong to none of the problems. */
  unmatched: number;
}

/**
 * The fail@k filter over completions that somebody has already sampled. The file is streamed.
 *
 * @throws Error naming path, line and field where a row is not of the format; for duplicate ids and for a k under 1.
 */
export async function failAtKFromSamples({
  problems,
  path,
  k,
  domain,
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
  for await (const { line, value } of jsonlRows({ path })) {
    const row = rowSchema.safeParse(value);
    if (!row.success) {
      throw new Error(`${path}, line ${line}: ${z.prettifyError(row.error)}`);
    }
    const { id, question, completion, completions = [completion!] } = row.data;
    const index = byKey.get(id !== undefined ? `id ${id}` : `question ${question!.trim()}`);
    if (index === undefined) {
      unmatched += completions.length;
      continue;
    }
    const result = results[index]!;
    for (const text of completions) {
      if (k !== undefined && result.tried >= k) break;
      result.tried++;
      batch.push({ problem: problems[index]!, completion: text, index });
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
