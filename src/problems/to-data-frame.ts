import type { DataFrame } from "danfojs-node";
import { z } from "zod";
import { type Problem, problemSchema } from "./problem.js";

const columns = ["id", "source", "split", "question", "answer", "level", "subject", "solution"] as const;

/**
 * The problems as a danfojs DataFrame, one row each, to filter and group in a notebook; a field that a problem lacks is "".
 * danfojs is loaded on the first call, which takes a second or two.
 */
export async function toDataFrame(problems: readonly Problem[]): Promise<DataFrame> {
  const { DataFrame } = await import("danfojs-node");
  const values = problems.map(problem => columns.map(name => problem[name] ?? ""));
  return new DataFrame(values, { columns: [...columns] });
}

/**
 * The problems of a DataFrame that has their columns, further ones ignored: the way back from `toDataFrame`.
 *
 * @throws Error naming row and column where a row is no problem.
 */
export function fromDataFrame(frame: Pick<DataFrame, "columns" | "values">): Problem[] {
  const rows = frame.values as unknown[][];
  return rows.map((row, i) => {
    const fields = frame.columns.map((name, c) => [name, row[c]] as const);
    // "" stands for what is not there; the fields that must be there are checked for it by the schema.
    const present = fields.filter(([name, value]) => (value !== "" && value !== null) || name === "split");
    const parsed = problemSchema.safeParse(Object.fromEntries(present));
    if (parsed.success) return parsed.data;
    throw new Error(`fromDataFrame: row ${i} is no problem: ${z.prettifyError(parsed.error)}`);
  });
}
