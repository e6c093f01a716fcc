import { escapeHtml } from "./escape-html.js";
import { pageStyle } from "./page-style.js";

export interface HtmlPageParams {
  title: string;
  body: string;
  /** Seconds after which the page loads itself again; absent = it does not. */
  refresh?: number;
}

/** A self-contained HTML page. */
export function htmlPage({ title, body, refresh }: HtmlPageParams): string {
  const head = refresh ? `<meta http-equiv="refresh" content="${refresh}">\n` : "";
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
