/**
 * Checks that a value is a run, for the figures of a run.
 * @throws TypeError that says what was given, e.g. a promise or a folder's name
 */
export function checkRun(value: unknown, figure: string): void {
  const { config, steps } = (value ?? {}) as { config?: unknown; steps?: unknown };
  if (typeof config === "object" && config !== null && Array.isArray(steps)) return;
  const given = value instanceof Promise ? "a promise; await it first" : JSON.stringify(value)?.slice(0, 60);
  throw new TypeError(
    `${figure}: expected a run with config and steps, as await readRun(folder) gives, got ${given}`,
  );
}
