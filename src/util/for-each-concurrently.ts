/**
 * Runs an action on each item, several at once, started in order. After a failure no further item is started;
 * those under way are awaited, so that nothing runs after the call has ended, and then the first failure is
 * thrown.
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
