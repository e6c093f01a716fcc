import { loadPlotly } from "./browser/load-plotly.js";
import { pagePlotly } from "./browser/page-plotly.js";
import { unpack } from "./browser/unpack.js";
import { pack } from "./pack.js";
import { pageScript } from "./page-script.js";
import { plotlySource } from "./plotly-source.js";

let loader: Promise<string> | undefined;

/** A script that brings Plotly into a page: 2 MB, no network. */
export function plotlyLoader(): Promise<string> {
  loader ??= plotlySource().then(source =>
    pageScript([pagePlotly, unpack, loadPlotly], `loadPlotly("${pack(source)}");`),
  );
  return loader;
}
