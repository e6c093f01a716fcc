import { gzipSync } from "node:zlib";

/** Text compressed with gzip and written in base64; `unpack` undoes it in a page. */
export function gzipBase64(text: string): string {
  return gzipSync(text, { level: 9 }).toString("base64");
}
