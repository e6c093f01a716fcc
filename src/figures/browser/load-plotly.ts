import type { gunzipBase64 as GunzipBase64 } from "./gunzip-base64.js";
import type { pagePlotly as PagePlotly } from "./page-plotly.js";

declare const pagePlotly: typeof PagePlotly;
declare const gunzipBase64: typeof GunzipBase64;

/** Brings Plotly into the page, once. */
export async function loadPlotly(packed: string): Promise<void> {
  const promise = pagePlotly();
  if (promise.isLoading) return;
  promise.isLoading = true;
  const script = document.createElement("script");
  script.text = await gunzipBase64(packed);
  document.head.append(script);
  if (window.Plotly) promise.arrive(window.Plotly);
}
