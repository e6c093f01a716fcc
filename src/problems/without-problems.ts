import type { Problem } from "./problem.js";

/**
 * The problems whose question is in none of the others: an oracle pool must not hold the questions that are tested on
 * (SOAR, section 4: the full MATH train split without the pool). White space does not count.
 */
export function withoutProblems(problems: readonly Problem[], others: readonly Problem[]): Problem[] {
  const key = ({ question }: Problem) => question.replace(/\s+/g, " ").trim();
  const taken = new Set(others.map(key));
  return problems.filter(problem => !taken.has(key(problem)));
}
