import { createRandom } from "../../util/random.js";
import { plotlySource } from "./plotly-source.js";
import { mockSvgMetrics } from "./svg-metrics.js";

/** The part of Plotly that is used. */
export interface PlotlyModule {
  newPlot(element: unknown, data: unknown, layout: unknown, config: unknown): Promise<unknown>;
  Snapshot: {
    /** The drawing in an element as SVG text. */
    toSVG(element: unknown, format: "svg"): string;
  };
  purge(element: unknown): void;
  /** Undefined if everything matches Plotly's schema, else what does not. */
  validate(data: unknown, layout: unknown): { code: string; msg: string }[] | undefined;
}

export interface PlotlyWindow {
  document: Document;
  Plotly: PlotlyModule;
  /** Restarts the window's random numbers. */
  seedRandom(seed: string): void;
}

let opened: Promise<PlotlyWindow> | undefined;

/** A window without a browser in which Plotly runs; opened once, a second's work. */
export function plotlyWindow(): Promise<PlotlyWindow> {
  opened ??= open();
  return opened;
}

async function open(): Promise<PlotlyWindow> {
  const { JSDOM, VirtualConsole } = await import("jsdom");
  // What jsdom cannot do, Plotly's drawing of SVG does not need; its notices would only alarm.
  const { window } = new JSDOM("<!doctype html><body></body>", {
    runScripts: "outside-only",
    pretendToBeVisual: true,
    virtualConsole: new VirtualConsole(),
  });
  mockSvgMetrics(window);
  window.URL.createObjectURL = () => "blob:none";
  window.URL.revokeObjectURL = () => {};
  window.HTMLCanvasElement.prototype.getContext = () => null;
  window.eval(await plotlySource());
  const { Plotly, Math: math } = window as unknown as { Plotly: PlotlyModule; Math: typeof Math };
  const seedRandom = (seed: string) => {
    math.random = createRandom(seed).next;
  };
  return { document: window.document, Plotly, seedRandom };
}
