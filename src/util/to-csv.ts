/** Rows as CSV with a header (RFC 4180), its columns those of any row; NaN and undefined are empty. */
export function toCsv(rows: readonly object[]): string {
  const cell = (value: unknown) => {
    const text = value === undefined || Number.isNaN(value) ? "" : String(value);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const columns = [...new Set(rows.flatMap(row => Object.keys(row)))];
  const lines = [columns, ...rows.map(row => columns.map(name => (row as Record<string, unknown>)[name]))];
  return lines.map(line => `${line.map(cell).join(",")}\n`).join("");
}
