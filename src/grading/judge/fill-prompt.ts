/**
 * Returns a judge's prompt for one pair. Text of the pair is never taken for a placeholder.
 * @throws Error if the template lacks {question} or {answer}
 */
export function fillPrompt(template: string, pair: { question: string; answer: string }): string {
  const missing = ["{question}", "{answer}"].filter(place => !template.includes(place));
  if (missing.length > 0) {
    throw new Error(`the judge's prompt has no ${missing.join(" and no ")}; it must say where the pair goes`);
  }
  return template.replace(/\{(question|answer)\}/g, (_, place: "question" | "answer") => pair[place]);
}
