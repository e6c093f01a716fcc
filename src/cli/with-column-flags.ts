import { ColumnError } from "../pass-at-k/column-error.js";

/** Does what is asked, and names the flag in an error that naming a column would mend. */
export async function withColumnFlags<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof ColumnError)) throw error;
    const column = error.column === "..." ? "<column>" : error.column;
    throw new Error(`${error.problem} Name the right one: --${error.role} ${column}.`, { cause: error });
  }
}
