import { drawFigure } from "../browser/draw-figure.js";
import { pagePlotly } from "../browser/page-plotly.js";
import { checkFigure, type Figure, figureTitle } from "../figure.js";
import { templates } from "../style/theme.js";
import { escapeHtml } from "./html.js";
import { pageJson, pageScript } from "./page-data.js";

export interface FigureHtmlOptions {
  /** Unique in the page. */
  id: string;
  /** Static picture that stands there until, or if ever, the script draws. */
  svg?: string;
  /** Omit the script. */
  isStatic?: boolean;
}

/** A figure as a piece of HTML; a `plotlyLoader` somewhere in the page makes it interactive. */
export function figureHtml(figure: Figure, { id, svg, isStatic = false }: FigureHtmlOptions): string {
  checkFigure(figure);
  const { template: _, ...layout } = figure.layout;
  const image = svg
    ? `<img alt="${escapeHtml(figureTitle(figure))}" style="max-width:100%" src="data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}">`
    : "";
  const script = pageScript(
    [pagePlotly, drawFigure],
    `drawFigure("${id}", ${pageJson({ data: figure.data, layout })}, ${pageJson(templates)});`,
  );
  return `<div id="${id}" class="soarlab-figure">${image}</div>${isStatic ? "" : script}`;
}
