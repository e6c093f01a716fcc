import { columnsOf, type Frame, isFrame, isMissing } from "../../util/frame-rows.js";
import { notebookKernel } from "../../util/notebook-kernel.js";
import { escapeHtml } from "../page/html.js";

export interface ShowTableOptions {
  /** Most rows to show; if there are more, the first ones and the total. Default 30. */
  rows?: number;
  /** Significant digits of numbers that are not whole. Default 4. */
  digits?: number;
}

/**
 * Shows a table, from plain rows or from a danfo DataFrame: in a notebook under the cell, elsewhere on the console.
 * @throws TypeError if it is neither
 */
export function showTable(table: readonly object[] | Frame, options: ShowTableOptions = {}): void {
  const { rows: limit = 30, digits = 4 } = options;
  const { columns, rows } = readTable(table);
  const format = (value: unknown) => formatCell(value, digits);
  const shown = rows.slice(0, limit);
  const more = rows.length > limit ? `${rows.length - limit} more rows` : "";
  const kernel = notebookKernel();
  const cells = shown.map(row => row.map(format));
  const text = plainTable(columns, cells) + (more && `\n... ${more}`);
  if (!kernel) {
    console.log(text);
    return;
  }
  const isNumber = columns.map((_, c) => shown.length > 0 && shown.every(row => typeof row[c] === "number"));
  const cell = (tag: string, value: string, c: number) =>
    `<${tag} style="text-align:${isNumber[c] ? "right" : "left"}">${escapeHtml(value)}</${tag}>`;
  const head = `<tr>${columns.map((name, c) => cell("th", name, c)).join("")}</tr>`;
  const body = cells
    .map(row => `<tr>${row.map((value, c) => cell("td", value, c)).join("")}</tr>`)
    .join("\n");
  const note = more && `<p>... ${more}</p>`;
  kernel.display({
    "text/html": `<table><thead>${head}</thead><tbody>\n${body}\n</tbody></table>${note}`,
    "text/plain": text,
  });
}

function readTable(table: readonly object[] | Frame): { columns: string[]; rows: unknown[][] } {
  if (Array.isArray(table)) {
    const columns = columnsOf(table);
    return { columns, rows: table.map(row => columns.map(name => (row as Record<string, unknown>)[name])) };
  }
  if (!isFrame(table)) {
    throw new TypeError(`showTable: expected rows ([{...}, ...]) or a danfo DataFrame, got ${typeof table}`);
  }
  // A danfo Series has one column, and bare values.
  return {
    columns: [...table.columns],
    rows: table.values.map(row => (table.shape.length === 1 ? [row] : (row as unknown[]))),
  };
}

function formatCell(value: unknown, digits: number): string {
  if (isMissing(value)) return "";
  if (typeof value === "number") {
    return Number.isFinite(value) && !Number.isInteger(value)
      ? String(Number(value.toPrecision(digits)))
      : String(value);
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function plainTable(columns: readonly string[], rows: readonly string[][]): string {
  const widths = columns.map((name, c) =>
    Math.min(60, Math.max(name.length, ...rows.map(row => row[c]!.length))),
  );
  const line = (row: readonly string[]) =>
    row
      .map((value, c) => value.slice(0, 60).padEnd(widths[c]!))
      .join("  ")
      .trimEnd();
  return [line(columns), line(widths.map(width => "-".repeat(width))), ...rows.map(line)].join("\n");
}
