/** A "#rrggbb" colour with an opacity in [0, 1]. */
export function translucent(color: string, opacity: number): string {
  const [r, g, b] = [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16));
  return `rgba(${r}, ${g}, ${b}, ${opacity})`;
}
