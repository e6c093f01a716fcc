import { randomBytes } from "node:crypto";

/** Text for use in HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => `&#${char.charCodeAt(0)};`);
}

/** Text, or existing HTML. */
export type TableCell = string | number | { html: string };

/** A table for pages; columns of numbers are right-aligned. It has no head row if no column has a head. */
export function htmlTable(heads: readonly string[], rows: readonly (readonly TableCell[])[]): string {
  // A number may be followed by its spread: "12.5 (1.3)".
  const isNumber = heads.map((_, c) =>
    rows.every(row => /^[-+]?[\d.]*%?(?: \([\d.]+\))?$/.test(String(row[c]))),
  );
  const cell = (tag: string, value: TableCell, c: number) =>
    `<${tag}${isNumber[c] ? ' class="number"' : ""}>${typeof value === "object" ? value.html : escapeHtml(String(value))}</${tag}>`;
  const head = heads.some(Boolean) ? `<tr>${heads.map((name, c) => cell("th", name, c)).join("")}</tr>` : "";
  const body = rows.map(row => `<tr>${row.map((value, c) => cell("td", value, c)).join("")}</tr>`).join("\n");
  return `<div class="wide"><table>${head}${body}</table></div>`;
}

/** A collapsible part of a page that shows a value as JSON. */
export function jsonDetails(summary: string, value: unknown): string {
  return `<details><summary>${escapeHtml(summary)}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`;
}

/** Content that is not a figure: HTML, and the same as plain text for viewers without HTML. */
export interface HtmlBlock {
  html: string;
  text: string;
}

/** An element id that no other output of a page has. */
export function uniqueElementId(): string {
  return `soarlab-${randomBytes(6).toString("hex")}`;
}
