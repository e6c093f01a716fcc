import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { environment } from "../../util/environment.js";
import { type CellExecution, currentExecution, notebookKernel } from "../../util/notebook-kernel.js";
import { type Figure, figureTitle } from "../figure.js";
import { figureHtml } from "../page/figure-html.js";
import { type HtmlBlock, uniqueElementId } from "../page/html.js";
import { htmlPage } from "../page/html-page.js";
import { plotlyLoader } from "../page/plotly-loader.js";
import { renderSvg } from "../svg/render-svg.js";

export interface ShowOptions {
  /** Outside a notebook: the HTML file to write. Default: a new one in the system's temporary folder. */
  file?: string;
  /**
   * In a notebook: include Plotly even if an earlier output did. Needed if that output is gone and the
   * figures of a reloaded page stay static. Default false.
   */
  loadPlotly?: boolean;
}

/** Where Plotly was shown: in which execution of which cell, if the kernel reports it. */
let plotly: { at: CellExecution | undefined } | undefined;
let folder: Promise<string> | undefined;

/**
 * Shows a figure, or a table such as `questionBrowser` makes. In a notebook: interactive under the cell, with a static
 * picture for viewers that run no scripts; Plotly itself (2 MB) goes with the first figure of a session, again if its cell
 * is run again, so that a saved notebook has it once, and with none if the environment says SOARLAB_FIGURES=static.
 * Elsewhere: writes an HTML file and prints its path.
 * @throws TypeError if it is neither a figure nor HTML
 */
export async function show(what: Figure | HtmlBlock, options: ShowOptions = {}): Promise<void> {
  const kernel = notebookKernel();
  if (isHtml(what)) {
    if (kernel) kernel.display({ "text/html": what.html, "text/plain": what.text });
    else await write(htmlPage({ title: "soarlab", body: what.html }), options.file);
    return;
  }
  if (!kernel) {
    const body = figureHtml(what, { id: uniqueElementId() });
    await write(htmlPage({ title: figureTitle(what), body: body + (await plotlyLoader()) }), options.file);
    return;
  }
  const svg = await renderSvg(what);
  const isStatic = environment.showsStaticFigures;
  const loader = !isStatic && (options.loadPlotly || lacksPlotly()) ? await plotlyLoader() : "";
  if (loader) plotly = { at: currentExecution() };
  kernel.display({
    "text/html": figureHtml(what, { id: uniqueElementId(), svg, isStatic }) + loader,
    "image/svg+xml": svg,
    "text/plain": `[${figureTitle(what)}]`,
  });
}

/**
 * Whether no output has Plotly: none ever had, or the one that had it is gone because its cell runs again.
 */
function lacksPlotly(): boolean {
  const now = currentExecution();
  return !plotly || (now !== plotly.at && now?.cell === plotly.at?.cell);
}

function isHtml(what: Figure | HtmlBlock): what is HtmlBlock {
  return typeof (what as HtmlBlock | undefined)?.html === "string";
}

async function write(html: string, file?: string): Promise<void> {
  folder ??= mkdtemp(join(tmpdir(), "soarlab-"));
  const path = resolve(file ?? join(await folder, `${uniqueElementId()}.html`));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, html);
  console.log(path);
}
