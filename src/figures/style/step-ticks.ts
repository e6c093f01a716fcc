/** Ticks of an axis of steps up to the last: every step where there are few, never between two. */
export function stepTicks(last: number) {
  return last <= 12 ? { tick0: 0, dtick: 1 } : { nticks: 16 };
}
