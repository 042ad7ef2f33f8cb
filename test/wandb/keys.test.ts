import { expect, test } from 'vitest';

import { pageSizeFor, widenKeys } from '../../src/wandb/keys.ts';
import { keysOfPaths } from '../../src/wandb/project-keys.ts';

test('what start and duration are told from always travels, and dotted paths bring their first part too', () => {
  expect(widenKeys({ config: ['optim.lr', 'lr', '.odd'], summary: ['test/psnr'] })).toEqual({
    config: ['.odd', '_wandb', 'lr', 'optim', 'optim.lr'],
    summary: ['_runtime', '_step', '_timestamp', '_wandb', 'test/psnr'],
  });
});

test('pages are smaller where each run brings many keys, within bounds', () => {
  const size = (count: number): number =>
    pageSizeFor({ config: Array.from({ length: count }, (_item, no) => `k${no}`), summary: [] });
  expect([0, 60, 180, 380, 100_000].map(size)).toEqual([500, 500, 200, 100, 50]);
});

test('field paths become keys, whichever way the server writes them', () => {
  const paths = [
    'config.lr.value',
    'config.optim.value.name',
    'config.a.b.value',
    'config._wandb.value.t',
    'config.plain',
  ];
  const summary = ['summary_metrics.loss', 'summaryMetrics.acc', 'summary_metrics._wandb.runtime', 'keys_info.keys.x'];
  expect(keysOfPaths([...paths, ...summary])).toEqual({
    config: ['a.b', 'lr', 'optim.name', 'plain'],
    summary: ['acc', 'loss'],
  });
});
