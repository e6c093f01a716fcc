/** The part of a danfojs DataFrame or Series that is read. */
export interface Frame {
  columns: readonly string[];
  /** One array per row; for a Series, one value per row. */
  values: readonly unknown[];
  shape: readonly number[];
}

/** Whether a value is a danfojs DataFrame or Series. */
export function isFrame(value: unknown): value is Frame {
  const { columns, values, shape } = (value ?? {}) as Partial<Frame>;
  return Array.isArray(columns) && Array.isArray(values) && Array.isArray(shape);
}

/** The rows of a frame as objects by column; a missing cell (NaN, null or undefined) is left out. */
export function frameRows({ columns, values, shape }: Frame): Record<string, unknown>[] {
  const isSeries = shape.length === 1;
  return values.map(row => {
    const cells = isSeries ? [row] : (row as unknown[]);
    return Object.fromEntries(columns.flatMap((name, i) => (isMissing(cells[i]) ? [] : [[name, cells[i]]])));
  });
}

/** As `frameRows`, with numbers as text: danfojs reads an answer of digits from CSV as a number. */
export function frameTextRows(frame: Frame): Record<string, unknown>[] {
  return frameRows(frame).map(row =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, typeof value === "number" ? String(value) : value]),
    ),
  );
}

/** Whether a cell of a table is empty. */
export function isMissing(value: unknown): boolean {
  return value === undefined || value === null || Number.isNaN(value);
}

/** All columns of rows that may have different ones, in the order of appearance. */
export function columnsOf(rows: readonly object[]): string[] {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) names.add(name);
  return [...names];
}
