import { ColumnError } from "../pass-at-k/column-error.js";

/** Runs an action, and adds the flag to an error that naming a column would fix. */
export async function withColumnFlags<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ColumnError)) throw error;
    const column = error.column === "..." ? "<column>" : error.column;
    throw new Error(`${error.problem} Name the right one: --${error.role} ${column}.`, { cause: error });
  }
}
