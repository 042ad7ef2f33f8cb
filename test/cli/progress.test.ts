import { expect, it } from 'vitest';
import { formatTime } from '../../src/cli/progress-bar.ts';

it('says how long it takes, and that it cannot tell where the bar has no number yet', () => {
  expect([0, 59.6, 75, 3600, 7320, 'NULL', 'INF'].map(formatTime)).toEqual([
    '0 s',
    '1 min 0 s',
    '1 min 15 s',
    '1 h 0 min',
    '2 h 2 min',
    '?',
    '?',
  ]);
});
