import { z } from "zod";
import { readWholeJsonl } from "../../util/jsonl.js";
import { type QuestionVerdict, questionVerdictSchema } from "../question-verdict.js";

/** A line of a file of verdicts, as `soarlab judge` writes it; null if the judge gave none. */
const rowSchema = z.object({
  question: z.string(),
  answer: z.string(),
  verdict: questionVerdictSchema.nullable(),
});

export interface AttachVerdictsParams<T> {
  records: readonly T[];
  /** JSONL file of verdicts. */
  file: string;
}

/**
 * Returns records with the verdicts of a file, matched by the text of question and answer. Earlier verdicts are
 * replaced, also by none, so that all come from one judge. Of several for one pair the last counts.
 * @throws Error that names file, line and field if the file is malformed, empty or missing
 */
export async function attachVerdicts<T extends { question: string; answer: string }>({
  records,
  file,
}: AttachVerdictsParams<T>): Promise<(Omit<T, "verdict"> & { verdict?: QuestionVerdict })[]> {
  const rows = await readWholeJsonl(file, rowSchema);
  if (rows.length === 0)
    throw new Error(`${file}: no such file, or no verdicts in it; have them judged first`);
  const verdicts = new Map<string, QuestionVerdict>();
  for (const { question, answer, verdict } of rows) {
    if (verdict) verdicts.set(JSON.stringify([question, answer]), verdict);
  }
  return records.map(record => ({
    ...record,
    verdict: verdicts.get(JSON.stringify([record.question, record.answer])),
  }));
}
