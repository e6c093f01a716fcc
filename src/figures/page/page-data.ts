import { gzipSync } from "node:zlib";

/** Text compressed with gzip and written in base64; `gunzipBase64` undoes it in a page. */
export function gzipBase64(text: string): string {
  return gzipSync(text, { level: 9 }).toString("base64");
}

/** A value as JSON that is safe inside a script of a page. */
export function pageJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, "\\u003c")
    .replace(/\u2028/g, "\\u2028")
    .replace(/\u2029/g, "\\u2029");
}

/** A script of a page: the given functions, then the code that uses them. Their names are local to it. */
export function pageScript(functions: readonly ((...args: never[]) => unknown)[], action: string): string {
  const sources = functions.map(fn => fn.toString()).join("\n");
  return `<script>(function () {\n${sources}\n${action}\n})();</script>`;
}
