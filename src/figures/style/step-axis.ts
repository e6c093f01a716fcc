/** Ticks of an axis of steps up to the last: every step if there are few, never between two. */
export function stepTicks(last: number) {
  return last <= 12 ? { tick0: 0, dtick: 1 } : { nticks: 16 };
}

/** The last step of any trace; 0 if there is none. */
export function maxStep(traces: readonly { x: readonly number[] }[]): number {
  return traces.flatMap(({ x }) => x).reduce((last, step) => Math.max(last, step), 0);
}
