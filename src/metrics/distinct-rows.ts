/**
 * Rows of numbers made from items, once for each distinct key, and how many items had it: the form in which
 * `bootstrapMeans` takes a sample. Items with the same key must make the same row.
 */
export function distinctRows<T>(
  items: readonly T[],
  key: (item: T) => string,
  row: (item: T) => number[],
): { rows: number[][]; counts: number[] } {
  const places = new Map<string, number>();
  const rows: number[][] = [];
  const counts: number[] = [];
  for (const item of items) {
    const name = key(item);
    const place = places.get(name);
    if (place !== undefined) counts[place]!++;
    else {
      places.set(name, rows.length);
      rows.push(row(item));
      counts.push(1);
    }
  }
  return { rows, counts };
}
