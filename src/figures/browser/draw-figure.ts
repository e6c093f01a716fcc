import type { pagePlotly as PagePlotly } from "./page-plotly.js";

declare const pagePlotly: typeof PagePlotly;

/** A figure as stored in a page: without its template, which depends on the page's colours. */
export interface PageFigure {
  data: unknown[];
  layout: Record<string, unknown>;
}

/** Draws a figure in place of its static picture, light or dark as the page is, and again when that changes. */
export async function drawFigure(
  id: string,
  figure: PageFigure,
  templates: { light: unknown; dark: unknown },
): Promise<void> {
  const isDark = () => {
    const { jpThemeLight } = document.body.dataset;
    if (jpThemeLight !== undefined) return jpThemeLight === "false"; // JupyterLab
    if (/\bvscode-/.test(document.body.className)) {
      return /\bvscode-(dark|high-contrast(?!-light))/.test(document.body.className);
    }
    return matchMedia("(prefers-color-scheme: dark)").matches && !matchMedia("print").matches;
  };
  const element = document.getElementById(id);
  if (!element) return;
  const plotly = await pagePlotly();
  const config = { responsive: true, displaylogo: false };
  // The line below a title has parts with bars between; a narrow page shows those that fit.
  const pen = document.createElement("canvas").getContext("2d")!;
  const fitted = () => {
    const { title, ...rest } = figure.layout as { title?: { subtitle?: { text?: string } } };
    const whole = title?.subtitle?.text ?? "";
    const room = element.clientWidth - 32;
    if (!whole || room < 0) return figure.layout;
    pen.font = `12px ${getComputedStyle(element).fontFamily}`;
    let text = whole;
    while (text.includes("  |  ") && pen.measureText(text).width > room) {
      text = text.slice(0, text.lastIndexOf("  |  "));
    }
    return { ...rest, title: { ...title, subtitle: { ...title?.subtitle, text } } };
  };
  const draw = () => {
    const template = isDark() ? templates.dark : templates.light;
    return plotly.react(element, figure.data, { ...fitted(), template }, config);
  };
  element.replaceChildren();
  element.style.height = `${figure.layout.height ?? 450}px`;
  await draw();
  new MutationObserver(draw).observe(document.body, {
    attributes: true,
    attributeFilter: ["class", "data-jp-theme-light"],
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  // What is drawn in a closed part of the page has no width to fill.
  element.closest("details")?.addEventListener("toggle", async () => {
    await draw();
    plotly.Plots.resize(element);
  });
  // Paper is white and narrower than a screen.
  window.addEventListener("beforeprint", async () => {
    await plotly.react(element, figure.data, { ...fitted(), template: templates.light }, config);
    plotly.Plots.resize(element);
  });
  window.addEventListener("afterprint", draw);
}
