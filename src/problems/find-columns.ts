/** The usual names of columns, in lower case, the surest first; a later list is looked at if no name of an earlier one is there. */
export const usualColumns = {
  problem: [
    [
      "problem",
      "problem_id",
      "id",
      "task_id",
      "question",
      "question_id",
      "example_id",
      "doc_id",
      "custom_id",
    ],
    ["prompt"],
  ],
  question: [["question", "problem", "prompt"]],
  correct: [
    ["correct", "is_correct", "passed", "solved", "num_correct"],
    ["reward", "score", "exact_match"],
  ],
  samples: [["samples", "n", "tried", "num_samples"]],
  /** The right answer: `answer` is it only if there is no surer name, for it may be the model's. */
  answer: [["gold", "reference"], ["target", "ground_truth", "solution"], ["answer"]],
  completion: [["completion", "response", "completions", "responses", "choices"]],
  /** The model's answer; `answer` is it beside a surer name of the right one. */
  given: [["given"], ["answer"]],
} as const;

/**
 * The columns of a row with one of the usual names of a role, in the order of these names, as the row spells them: upper
 * and lower case are the same, and so are a blank, a hyphen and an underscore.
 */
export function findColumns(row: Record<string, unknown>, role: keyof typeof usualColumns): string[] {
  const plain = (name: string) => name.trim().toLowerCase().replace(/[ -]/g, "_");
  const spelled = new Map(Object.keys(row).map(name => [plain(name), name]));
  for (const names of usualColumns[role]) {
    const found = names.flatMap(name => (name in row ? name : (spelled.get(name) ?? [])));
    if (found.length > 0) return found;
  }
  return [];
}
