import type { Problem } from "./problem.js";

/** A row that is kept out of a pool. */
export interface ExcludedRow {
  /** Line of a text file, else row from 1. */
  row: number;
  /** Why, for a reader. */
  reason: string;
  question: string;
  /** The answer, if there was one. */
  answer?: string;
}

/** Problems that can be graded, and what was kept out: together, every row of the files. */
export interface Pool {
  problems: Problem[];
  excluded: ExcludedRow[];
  /** Where the problems come from: the files read and, of a hub data set, the commit. */
  provenance: { source: string; split: string; files: string[]; dataset?: string; commit?: string };
}
