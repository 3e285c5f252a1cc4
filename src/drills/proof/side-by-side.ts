/**
 * Runs tasks, at most `limit` at a time, and gives their results in order. When one rejects, no further one starts; the running ones are
 * waited for, and the first rejection (in the order of the tasks) is thrown.
 */
export async function sideBySide<T>(tasks: readonly (() => Promise<T>)[], limit: number): Promise<readonly T[]> {
  const settled: PromiseSettledResult<T>[] = [];
  let next = 0;
  let failed = false;
  const work = async (): Promise<void> => {
    while (next < tasks.length && !failed) {
      const index = next;
      next += 1;
      const task = tasks[index];
      if (task === undefined) return;
      const [result] = await Promise.allSettled([task()]);
      if (result.status === 'rejected') failed = true;
      settled[index] = result;
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, tasks.length) }, work));
  const rejected = settled.find((result) => result.status === 'rejected');
  if (rejected !== undefined) throw rejected.reason;
  return settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}
