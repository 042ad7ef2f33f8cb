/**
 * Works on all items at once and waits until none is under way any more, also when one fails: then the others are told
 * to stop, and the first failure is thrown. So nothing writes behind the back of a caller who saw an error.
 *
 * @param work gets a signal of its own that also follows the caller's
 */
export async function settleAll<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const controller = new AbortController();
  const own = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]);
  const failures: unknown[] = [];
  const guarded = async (item: T): Promise<void> => {
    try {
      await work(item, own);
    } catch (error) {
      failures.push(error);
      controller.abort();
    }
  };
  await Promise.all(items.map(guarded));
  if (failures.length > 0) throw failures[0];
}
