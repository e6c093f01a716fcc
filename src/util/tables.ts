import { columnsOf, isMissing } from "./frame-rows.js";

/** A GitHub-flavoured Markdown table; bars in cells are escaped. */
export function markdownTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const line = (cells: readonly (string | number)[]) =>
    `| ${cells.map(cell => String(cell).replaceAll("|", "\\|")).join(" | ")} |\n`;
  return line(heads) + line(heads.map(() => "---")) + rows.map(line).join("");
}

/**
 * Rows as CSV with a header (RFC 4180), its columns those of any row. A missing value (undefined, null, NaN) is empty, a
 * date is in ISO format, a list or another object is JSON.
 */
export function toCsv(rows: readonly object[], columns: readonly string[] = columnsOf(rows)): string {
  const lines = rows.map(row => columns.map(name => cell((row as Record<string, unknown>)[name])));
  return [columns.map(cell), ...lines].map(line => `${csvLine(line)}\n`).join("");
}

function csvLine(cells: readonly string[]): string {
  // A reader would not take an empty line for a row.
  return cells.length === 1 && cells[0] === "" ? '""' : cells.join(",");
}

function cell(value: unknown): string {
  if (isMissing(value)) return "";
  const text =
    value instanceof Date
      ? value.toISOString()
      : typeof value === "object"
        ? JSON.stringify(value)
        : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
