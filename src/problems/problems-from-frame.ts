import { z } from "zod";
import { type Frame, frameTextRows } from "../util/frame-rows.js";
import { type Problem, problemSchema } from "./problem.js";

/**
 * The problems of a DataFrame that has their columns in any order, further ones ignored: the way back from
 * `problemFrame`. An empty or missing cell (NaN, null) is a field that the problem lacks; a number, as danfojs reads an
 * answer of digits from CSV, is its text.
 *
 * @throws Error naming row and column if a row is not a problem
 */
export function problemsFromFrame(frame: Frame): Problem[] {
  return frameTextRows(frame).map((row, i) => {
    // The fields that must be there are checked for it by the schema; only the split may be empty.
    const present = Object.entries(row).filter(([name, value]) => value !== "" || name === "split");
    const parsed = problemSchema.safeParse({
      ...(frame.columns.includes("split") && { split: "" }),
      ...Object.fromEntries(present),
    });
    if (parsed.success) return parsed.data;
    throw new Error(`problemsFromFrame: row ${i} is not a problem: ${z.prettifyError(parsed.error)}`);
  });
}
