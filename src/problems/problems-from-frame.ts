import type { DataFrame } from "danfojs-node";
import { z } from "zod";
import { type Problem, problemSchema } from "./problem.js";

/**
 * The problems of a DataFrame that has their columns, further ones ignored: the way back from `problemFrame`.
 *
 * @throws Error naming row and column where a row is no problem.
 */
export function problemsFromFrame(frame: Pick<DataFrame, "columns" | "values">): Problem[] {
  const rows = frame.values as unknown[][];
  return rows.map((row, i) => {
    const fields = frame.columns.map((name, c) => [name, row[c]] as const);
    // "" stands for what is not there; the fields that must be there are checked for it by the schema.
    const present = fields.filter(([name, value]) => (value !== "" && value !== null) || name === "split");
    const parsed = problemSchema.safeParse(Object.fromEntries(present));
    if (parsed.success) return parsed.data;
    throw new Error(`problemsFromFrame: row ${i} is no problem: ${z.prettifyError(parsed.error)}`);
  });
}
