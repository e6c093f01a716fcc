import { createHash } from "node:crypto";

/**
 * The id of a problem, from its source, question and answer and nothing else: the same on every machine, in every order,
 * and for every copy of a row. White space does not count, because formats differ in it.
 */
export function problemId({
  source,
  question,
  answer,
}: {
  source: string;
  question: string;
  answer: string;
}): string {
  const content = [source, question, answer].map(text => text.replace(/\s+/g, " ").trim().normalize("NFC"));
  const prefix = source.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return `${prefix}-${createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 16)}`;
}
