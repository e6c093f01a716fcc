import { escapeHtml } from "./escape-html.js";

/** A part of a page that opens on a value as JSON. */
export function jsonDetails(summary: string, value: unknown): string {
  return `<details><summary>${escapeHtml(summary)}</summary><pre>${escapeHtml(JSON.stringify(value, null, 2))}</pre></details>`;
}
