/*
 * The functions of this folder run in a reader's page, not in Node: their source text is put into HTML (see
 * `pageScript`), so each stands alone.
 */

/** The part of Plotly that a page uses. */
export interface PagePlotly {
  react(element: Element, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  Plots: { resize(element: Element): void };
}

/** Plotly, once some output of the page has brought it. */
export interface PagePlotlyPromise extends Promise<PagePlotly> {
  arrive(plotly: PagePlotly): void;
  isLoading?: boolean;
}

declare global {
  interface Window {
    soarlabPlotly?: PagePlotlyPromise;
    Plotly?: PagePlotly;
  }
}

/** The page's promise of Plotly, made by the first caller: outputs are drawn in any order. */
export function pagePlotly(): PagePlotlyPromise {
  if (!window.soarlabPlotly) {
    let arrive: (plotly: PagePlotly) => void;
    const promise = new Promise<PagePlotly>(resolve => {
      arrive = resolve;
    });
    window.soarlabPlotly = Object.assign(promise, { arrive: (plotly: PagePlotly) => arrive(plotly) });
  }
  return window.soarlabPlotly;
}
