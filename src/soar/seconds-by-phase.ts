import type { StepEvent } from "./events.js";

const prefix = "seconds/";

/** The time that outer steps took, in seconds, by phase. */
export function secondsByPhase(steps: readonly Pick<StepEvent, "metrics">[]): Map<string, number> {
  const seconds = new Map<string, number>();
  for (const [name, value] of steps.flatMap(({ metrics }) => Object.entries(metrics))) {
    if (!name.startsWith(prefix)) continue;
    const phase = name.slice(prefix.length);
    seconds.set(phase, (seconds.get(phase) ?? 0) + value);
  }
  return seconds;
}
