import type { Figure } from "../figure.js";
import { figureHtml } from "./figure-html.js";
import { escapeHtml, uniqueElementId } from "./html.js";

/** A figure of a page that has Plotly, with a line below it. */
export function pageFigure(figure: Figure, caption = ""): string {
  const note = caption && `<p class="quiet">${escapeHtml(caption)}</p>`;
  return `${figureHtml(figure, { id: uniqueElementId() })}${note}`;
}
