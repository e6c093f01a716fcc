/**
 * Returns an action's result for each item, one after the other: thousands of folders read at once would need
 * more open files than a process may have.
 */
export async function mapSequentially<Item, Result>(
  items: Iterable<Item>,
  action: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await action(item));
  return results;
}
