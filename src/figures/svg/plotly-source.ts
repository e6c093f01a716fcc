import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

let source: Promise<string> | undefined;

/** The text of Plotly's browser bundle, from the installed package: read once, no network. */
export function plotlySource(): Promise<string> {
  source ??= readFile(createRequire(import.meta.url).resolve("plotly.js-dist-min"), "utf8");
  return source;
}
