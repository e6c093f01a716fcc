import { extractBoxed } from "../grading/extract-boxed.js";
import type { Domain } from "../problems/domain.js";

/** A synthetic question with the teacher's own answer (content of the box). */
export interface QuestionAnswer {
  question: string;
  answer: string;
}

/** The four filters of App. B.2, in the order in which they are applied. */
export type RejectionReason = "question tags" | "answer tags" | "boxed answer" | "answer does not parse";

/** Why a teacher's completion does not count, or the pair that it states. */
export type ParsedCompletion = { pair: QuestionAnswer } | { rejected: RejectionReason };

/** Reads teacher completions and applies the four filters of App. B.2. Order is kept; never throws on any text. */
export async function parseTeacherCompletions(
  domain: Domain,
  texts: readonly string[],
): Promise<ParsedCompletion[]> {
  const tagged = texts.map(readTags);
  const answers = tagged.flatMap(parsed => ("pair" in parsed ? [parsed.pair.answer] : []));
  const parses = await domain.parses(answers);
  let next = 0;
  return tagged.map(parsed =>
    "rejected" in parsed || parses[next++] ? parsed : { rejected: "answer does not parse" },
  );
}

function readTags(text: string): ParsedCompletion {
  const question = between(text, "question");
  if (!question) return { rejected: "question tags" };
  const answer = between(text, "answer");
  if (answer === undefined) return { rejected: "answer tags" };
  const boxed = extractBoxed(answer);
  return boxed ? { pair: { question, answer: boxed } } : { rejected: "boxed answer" };
}

function between(text: string, tag: string): string | undefined {
  const from = text.indexOf(`<${tag}>`);
  const to = text.indexOf(`</${tag}>`, from);
  return from < 0 || to < 0 ? undefined : text.slice(from + tag.length + 2, to).trim();
}
