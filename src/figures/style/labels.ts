import type { QuestionVerdict } from "../../grading/question-verdict.js";

/** A share as a percentage, with a decimal only if it is small: 0.172 is "17%", 0.0031 "0.3%". */
export function percent(share: number): string {
  const value = share * 100;
  const text = Math.abs(value) < 10 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0);
  return `${text === "-0" ? "0" : text}%`;
}

/** A time for people: "12.5 s", "3 min 20 s", "1 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds) % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A number of things: "1 step", "2 steps", "1,500 steps". */
export function pluralize(count: number, thing: string): string {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}

/** The label of a verdict in a table of questions. */
export const verdictNames: Record<QuestionVerdict["errorType"], string> = {
  None: "right",
  Arithmetic: "wrong: arithmetic",
  Logical_Fallacy: "wrong: reasoning",
  Ill_Posed: "ill posed",
  Ambiguous: "ambiguous",
};
