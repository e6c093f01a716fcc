import { environment } from "../util/environment.js";
import { retryingFetch } from "../util/retrying-fetch.js";

/** Where files of a hub data set come from and are kept. Every field has a default. */
export interface HubOptions {
  /** Branch, tag or commit. Default "main". The commit it stands for is recorded and used again from the cache. */
  revision?: string;
  /** Default: the environment's HF_TOKEN, else none. */
  token?: string;
  /** Default: the environment's HF_ENDPOINT, else the public hub. */
  endpoint?: string;
  /** Default: the environment's SOARLAB_CACHE, else soarlab in the user's cache folder. */
  cacheDir?: string;
  /** Use only what is cached. Default: whether the environment's HF_HUB_OFFLINE is 1. */
  offline?: boolean;
  /** Replaces the global fetch, e.g. by a proxy's. */
  fetch?: typeof fetch;
  /** How often a request is tried again, and how long at first, in milliseconds. Default 4 and 500. */
  retries?: number;
  retryWaitMs?: number;
  signal?: AbortSignal;
  /** Told what a reader may want to know, e.g. that the cache stood in for the network. Default console.warn. */
  onNotice?: (message: string) => void;
}

/** Where downloads are kept and how they are fetched: what the options say, else the environment, else the defaults. */
export function hubDefaults({
  cacheDir = environment.cacheFolder,
  offline = environment.isOffline,
  fetch,
  retries,
  retryWaitMs,
  signal,
}: HubOptions): { cacheDir: string; offline: boolean; fetch: typeof globalThis.fetch } {
  return { cacheDir, offline, fetch: retryingFetch({ fetch, retries, waitMs: retryWaitMs, signal }) };
}
