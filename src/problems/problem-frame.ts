import { type DataFrame, loadDanfo } from "../util/load-danfo.js";
import type { Problem } from "./problem.js";

/** Columns of the frame, in order. */
const columns = ["id", "source", "split", "question", "answer", "level", "subject", "solution"] as const;

/**
 * The problems as a danfojs DataFrame, one row per problem, to filter and group in a notebook; a field that a problem
 * lacks is null. danfojs is loaded on the first call, which takes a second or two.
 */
export async function problemFrame(problems: readonly Problem[]): Promise<DataFrame> {
  const { DataFrame } = await loadDanfo();
  const values = problems.map(problem => columns.map(name => problem[name] ?? null));
  return new DataFrame(values, { columns: [...columns] });
}
