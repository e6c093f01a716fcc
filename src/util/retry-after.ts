/** Milliseconds that a Retry-After header asks for, in seconds or as a date; at most 5 minutes. */
export function retryAfter(header: string | null | undefined): number | undefined {
  if (header == null) return undefined;
  const ms = /^\d+(?:\.\d+)?$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), 300_000);
}
