import { describeAnswer } from "./describe-answer.js";
import { parseAnswer } from "./parse-answer.js";
import { UnparsedError } from "./to-expression.js";
import { BudgetError, withBudget } from "./work-budget.js";

/** Whether an answer can be understood: its parsed form, or why not. */
export interface ParseOutcome {
  parsed: boolean;
  form?: string;
  reason?: string;
}

/** Parses one answer without throwing, within a budget in milliseconds of one core. */
export function parseOutcome(answer: string, budgetMs = 200): ParseOutcome {
  try {
    return { parsed: true, form: describeAnswer(withBudget(budgetMs, () => parseAnswer(answer))) };
  } catch (error) {
    const isKnown = error instanceof UnparsedError || error instanceof BudgetError;
    const reason = isKnown ? error.message : `the parser failed: ${String(error)}`;
    return { parsed: false, reason: reason.slice(0, 200) };
  }
}
