import { escapeHtml } from "../figures/page/html.js";
import { htmlPage } from "../figures/page/html-page.js";
import { plotlyLoader } from "../figures/page/plotly-loader.js";

/** What a report shows of experiments of one kind. */
export interface ReportSection {
  title: string;
  html: string;
}

export interface ReportOptions {
  /** Seconds after which the page reloads itself, for running experiments; absent = it does not. */
  refresh?: number;
}

/** A report as one self-contained HTML page, its parts one after the other. */
export async function reportPage(
  parts: readonly ReportSection[],
  { refresh }: ReportOptions = {},
): Promise<string> {
  const body = [
    ...parts.map(({ title, html }) => `<h1>${escapeHtml(title)}</h1>\n${html}`),
    await plotlyLoader(),
  ];
  return htmlPage({ title: parts.map(({ title }) => title).join(", "), body: body.join("\n"), refresh });
}
