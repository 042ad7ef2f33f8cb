import { setTimeout as wait } from 'node:timers/promises';
import type { Sleep } from './pace.ts';

/** The real one; tests bring their own clock. */
export const sleep: Sleep = async (ms, signal) => {
  await wait(ms, undefined, signal === undefined ? {} : { signal });
};
