import type { EvaluationConfig } from "./evaluation-config.js";

type Asked = Pick<EvaluationConfig, "start" | "questions">;

/** Whether an evaluation is about a SOAR run. */
export function needsRun(config: Asked): boolean {
  return config.start === "teacher" || config.questions.from === "teacher" || needsPromotions(config);
}

/** Whether an evaluation is of what a SOAR run promoted. */
export function needsPromotions({ start, questions }: Asked): boolean {
  return start === "promoted student" || questions.from === "promotions";
}
