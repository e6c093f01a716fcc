/**
 * Does something with each item, several at once, begun in order. After a failure no further item is begun; those under
 * way are waited for, so that nothing goes on behind the caller's back, and then the failure that came first is thrown.
 */
export async function forEachConcurrently<T>(
  items: Iterable<T>,
  concurrency: number,
  action: (item: T) => Promise<void>,
): Promise<void> {
  const all = [...items];
  const rest = all.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (let next = rest.next(); !next.done && failures.length === 0; next = rest.next()) {
      await action(next.value).catch(error => failures.push(error));
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, all.length) }, worker));
  if (failures.length > 0) throw failures[0];
}
