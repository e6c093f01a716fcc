/** A number of things: "1 step", "2 steps", "1,500 steps". */
export function pluralize(count: number, thing: string): string {
  return `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;
}
