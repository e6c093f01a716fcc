/** A share as a percentage, with a decimal only where it is small: 0.172 is "17%", 0.0031 "0.3%". */
export function percent(share: number): string {
  const value = share * 100;
  const text = Math.abs(value) < 10 ? value.toFixed(1).replace(/\.0$/, "") : value.toFixed(0);
  return `${text === "-0" ? "0" : text}%`;
}
