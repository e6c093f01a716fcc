import type { StatedQuestion } from "./domain.js";

/**
 * What a teacher's completion has between its question tags and its answer tags, as the prompts of App. B.1 ask for it.
 * The reason of a rejection names the tags that are missing or, for the question, empty.
 */
export function readQuestionTags(completion: string): StatedQuestion {
  const question = between(completion, "question");
  if (!question) return { rejected: "question tags" };
  const answer = between(completion, "answer");
  return answer === undefined ? { rejected: "answer tags" } : { question, answer };
}

function between(text: string, tag: string): string | undefined {
  const from = text.indexOf(`<${tag}>`);
  const to = text.indexOf(`</${tag}>`, from);
  return from < 0 || to < 0 ? undefined : text.slice(from + tag.length + 2, to).trim();
}
