import { type AnswerKind, answerKind } from "./answer-kind.js";
import { chooseProblems } from "./choose-problems.js";
import type { Problem } from "./problem.js";

/** What is kept of a pool; a filter that is absent keeps everything. */
export interface SelectProblemsParams {
  problems: readonly Problem[];
  /** Levels, as the data set writes them or only what follows the last blank: "Level 5" or "5". */
  levels?: readonly string[];
  /** Subjects, in any case; a blank and an underscore are the same. */
  subjects?: readonly string[];
  answerKinds?: readonly AnswerKind[];
  /** Longest question, in characters. */
  maxQuestionLength?: number;
  /** At most so many of what is left, drawn at random from `seed`. */
  limit?: number;
  /** Default 0. */
  seed?: number;
}

export interface SelectedProblems {
  /** In the order given. */
  problems: Problem[];
  /** Problems left out, by the filter that did it; the first that applies counts. */
  leftOut: Record<string, number>;
}

/**
 * Problems of a pool by level, subject, kind of answer and length, or a random part of it.
 *
 * @throws Error for a level or subject that no problem has; it names those that there are
 */
export function selectProblems({
  problems,
  levels,
  subjects,
  answerKinds,
  maxQuestionLength = Number.POSITIVE_INFINITY,
  limit,
  seed = 0,
}: SelectProblemsParams): SelectedProblems {
  const tests: Record<string, (problem: Problem) => boolean> = {
    level: matcher("level", problems, levels),
    subject: matcher("subject", problems, subjects),
    "kind of answer": ({ answer }) => answerKinds?.includes(answerKind(answer)) ?? true,
    "length of question": ({ question }) => question.length <= maxQuestionLength,
  };
  const leftOut: Record<string, number> = {};
  const count = (reason: string, number = 1) => {
    if (number > 0) leftOut[reason] = (leftOut[reason] ?? 0) + number;
  };
  const kept = problems.filter(problem => {
    const reason = Object.keys(tests).find(name => !tests[name]!(problem));
    if (reason !== undefined) count(reason);
    return reason === undefined;
  });
  const chosen = limit === undefined ? kept : chooseProblems(kept, limit, seed);
  count("limit", kept.length - chosen.length);
  return { problems: chosen, leftOut };
}

function matcher(field: "level" | "subject", problems: readonly Problem[], wanted?: readonly string[]) {
  if (wanted === undefined) return () => true;
  const plain = (text: string) => text.trim().toLowerCase().replaceAll("_", " ");
  const names = [...new Set(problems.flatMap(problem => problem[field] ?? []))].sort();
  const matching = wanted.flatMap(one => {
    const found = names.filter(
      name => plain(name) === plain(one) || (field === "level" && plain(name).endsWith(` ${plain(one)}`)),
    );
    if (found.length > 0 || problems.length === 0) return found;
    throw new Error(`no problem has the ${field} "${one}"; there are: ${names.join(", ") || "none"}`);
  });
  const set = new Set(matching);
  return (problem: Problem) => set.has(problem[field] ?? "");
}
