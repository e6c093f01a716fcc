import { setTimeout as sleep } from "node:timers/promises";

export interface RetryingFetchParams {
  fetch?: typeof fetch;
  /** How often a request is retried. Default 4. */
  retries?: number;
  /**
   * First wait in milliseconds; it doubles, up to a minute. Default 500. A Retry-After of up to 5 minutes is obeyed
   * instead.
   */
  waitMs?: number;
  signal?: AbortSignal;
}

/**
 * A fetch that retries after a broken connection, 408, 429 and 5xx. Returns the last response or throws the
 * last error.
 */
export function retryingFetch({
  fetch: send = fetch,
  retries = 4,
  waitMs = 500,
  signal,
}: RetryingFetchParams = {}): typeof fetch {
  return async (input, init) => {
    for (let attempt = 0; ; attempt++) {
      const within = signal ?? init?.signal ?? undefined;
      const isLast = attempt >= retries;
      let wait = Math.min(waitMs * 2 ** attempt, 60_000);
      try {
        const response = await send(input, { ...init, signal: within ?? null });
        const { status } = response;
        if (isLast || (status !== 408 && status !== 429 && status < 500)) return response;
        wait = retryAfter(response.headers.get("retry-after")) ?? wait;
        await response.body?.cancel();
      } catch (error) {
        if (isLast || within?.aborted) throw error;
      }
      // Rejects only if it was aborted, and then not with the signal's reason.
      await sleep(wait, undefined, { signal: within }).catch(() => within?.throwIfAborted());
    }
  };
}

/** Milliseconds that a Retry-After header asks for, in seconds or as a date; at most 5 minutes. */
export function retryAfter(header: string | null | undefined): number | undefined {
  if (header == null) return undefined;
  const ms = /^\d+(?:\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 300_000);
}
