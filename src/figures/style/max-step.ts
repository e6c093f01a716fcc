/** The last step that any of the traces has; 0 where there is none. */
export function maxStep(traces: readonly { x: readonly number[] }[]): number {
  return traces.flatMap(({ x }) => x).reduce((last, step) => Math.max(last, step), 0);
}
