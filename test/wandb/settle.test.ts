import { expect, test } from 'vitest';

import { settleAll } from '../../src/wandb/settle.ts';

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

test('the first failure tells the others to stop, waits for them, and is the one that is thrown', async () => {
  const ended: string[] = [];
  const work = async (item: string, signal: AbortSignal): Promise<void> => {
    if (item === 'bad') throw new Error('first');
    await untilAborted(signal);
    ended.push(item);
    throw new Error('stopped');
  };
  await expect(settleAll(['a', 'bad', 'b'], undefined, work)).rejects.toThrow('first');
  expect(ended).toEqual(['a', 'b']);
});

test("the caller's signal reaches all", async () => {
  const controller = new AbortController();
  const settled = settleAll(['a', 'b'], controller.signal, (_item, signal) => untilAborted(signal));
  controller.abort();
  await expect(settled).resolves.toBeUndefined();
});
