import { gunzipBase64 } from "../browser/gunzip-base64.js";
import { loadPlotly } from "../browser/load-plotly.js";
import { pagePlotly } from "../browser/page-plotly.js";
import { plotlySource } from "../svg/plotly-source.js";
import { gzipBase64, pageScript } from "./page-data.js";

let loader: Promise<string> | undefined;

/** A script that loads Plotly into a page: 2 MB, no network. */
export function plotlyLoader(): Promise<string> {
  loader ??= plotlySource().then(source =>
    pageScript([pagePlotly, gunzipBase64, loadPlotly], `loadPlotly("${gzipBase64(source)}");`),
  );
  return loader;
}
