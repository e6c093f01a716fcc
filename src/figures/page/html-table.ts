import { escapeHtml } from "./escape-html.js";

/** Text, or what is HTML already. */
export type TableCell = string | number | { html: string };

/** A table for pages; columns of numbers stand at the right. Without any head it has no head. */
export function htmlTable(heads: readonly string[], rows: readonly (readonly TableCell[])[]): string {
  // A number may have its spread behind it: "12.5 (1.3)".
  const isNumber = heads.map((_, c) =>
    rows.every(row => /^[-+]?[\d.]*%?(?: \([\d.]+\))?$/.test(String(row[c]))),
  );
  const cell = (tag: string, value: TableCell, c: number) =>
    `<${tag}${isNumber[c] ? ' class="number"' : ""}>${typeof value === "object" ? value.html : escapeHtml(String(value))}</${tag}>`;
  const head = heads.some(Boolean) ? `<tr>${heads.map((name, c) => cell("th", name, c)).join("")}</tr>` : "";
  const body = rows.map(row => `<tr>${row.map((value, c) => cell("td", value, c)).join("")}</tr>`).join("\n");
  return `<div class="wide"><table>${head}${body}</table></div>`;
}
