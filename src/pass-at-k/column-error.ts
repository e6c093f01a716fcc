/** An error that naming a column would fix; `message` says so for a caller in code. */
export class ColumnError extends Error {
  override readonly name = "ColumnError";

  /**
   * @param problem what is wrong, without how to fix it
   * @param role the column to name
   * @param column its name, if it is known
   */
  constructor(
    readonly problem: string,
    readonly role: string,
    readonly column = "...",
  ) {
    super(`${problem} Name the right one: columns: { ${role}: "${column}" }.`);
  }
}
