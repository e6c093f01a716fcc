import { escapeHtml } from "./escape-html.js";
import { pageStyle } from "./page-style.js";

/** A self-contained HTML page. */
export function htmlPage({ title, body, head = "" }: { title: string; body: string; head?: string }): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${pageStyle}</style>
${head}</head>
<body>
${body}
</body>
</html>
`;
}
