import { homedir } from "node:os";
import { join } from "node:path";
import { retryingFetch } from "../util/retrying-fetch.js";
import type { HubOptions } from "./hub-dataset.js";

/** Where downloads are kept and how they are fetched: what the options say, else the environment, else the defaults. */
export function hubDefaults({
  cacheDir = process.env.SOARLAB_CACHE ||
    join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "soarlab"),
  offline = /^(1|true|yes|on)$/i.test(process.env.HF_HUB_OFFLINE ?? ""),
  fetch,
  retries,
  retryWaitMs,
  signal,
}: HubOptions): { cacheDir: string; offline: boolean; fetch: typeof globalThis.fetch } {
  return { cacheDir, offline, fetch: retryingFetch({ fetch, retries, waitMs: retryWaitMs, signal }) };
}
