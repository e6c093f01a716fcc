import { fontFamily, themeColors } from "../style/theme.js";
import { escapeHtml } from "./html.js";

export interface HtmlPageParams {
  title: string;
  body: string;
  /** Seconds after which the page reloads itself; absent = it does not. */
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

const colors = (theme: keyof typeof themeColors) =>
  Object.entries(themeColors[theme])
    .map(([name, value]) => `--${name}: ${value};`)
    .join(" ");

/** Style of pages, in the figures' own colours, light and dark. */
const pageStyle = `
:root { ${colors("light")} }
@media screen and (prefers-color-scheme: dark) { :root { ${colors("dark")} } }
body { margin: 0 auto; padding: 24px; max-width: 1040px; background: var(--paper); color: var(--text);
  font: 15px/1.5 ${fontFamily}; }
h1 { font-size: 24px; margin: 0 0 4px; } * + h1 { margin-top: 56px; }
h2 { font-size: 19px; margin: 36px 0 8px; }
h3 { font-size: 16px; margin: 22px 0 6px; }
p.quiet, .quiet { color: var(--quiet); }
a { color: inherit; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 12px 3px 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--grid); }
td { max-width: 70ch; overflow-wrap: break-word; }
th { font-weight: 600; color: var(--quiet); border-bottom-color: var(--line); }
td.number, th.number { text-align: right; }
.wide { overflow-x: auto; }
nav a { margin-right: 14px; }
.soarlab-figure { margin: 12px 0; max-width: 100%; }
input, select, button { font: inherit; font-size: 13px; color: inherit; background: transparent;
  border: 1px solid var(--line); border-radius: 4px; padding: 2px 6px; }
select option { background: var(--paper); }
details summary { cursor: pointer; }
@media print {
  body { padding: 0; max-width: none; font-size: 11pt; }
  .soarlab-figure, tr { break-inside: avoid; }
  nav, .soarlab-controls { display: none !important; }
}`;
