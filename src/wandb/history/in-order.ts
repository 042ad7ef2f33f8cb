export interface AheadOptions {
  /** Items that are worked on at once. */
  readonly ahead: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Works on items ahead of the reader and gives the results in their order. A reader that stops, or an item that fails,
 * stops the others, and nothing is under way any more when it ends.
 *
 * @param work gets a signal of its own that also follows the caller's
 */
export async function* mapInOrder<T, R>(
  items: readonly T[],
  { ahead, signal }: AheadOptions,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): AsyncGenerator<R, void> {
  const controller = new AbortController();
  const own = signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]);
  const waiting = items[Symbol.iterator]();
  const pending: Promise<R>[] = [];
  const fill = (): void => {
    while (pending.length < ahead) {
      const next = waiting.next();
      if (next.done === true) return;
      const result = work(next.value, own);
      result.catch(() => undefined); // its turn to be awaited may never come
      pending.push(result);
    }
  };
  try {
    fill();
    for (let first = pending.shift(); first !== undefined; first = pending.shift()) {
      const result = await first;
      fill();
      yield result;
    }
  } finally {
    controller.abort();
    await Promise.allSettled(pending);
  }
}
