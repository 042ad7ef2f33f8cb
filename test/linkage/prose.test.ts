import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { looksLikeProse, saidIn, withoutSaid } from '../../src/linkage/normalize/prose.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

describe('a sentence', () => {
  it.each([
    ['[bot] job done: val_loss=0.273, took 1h10m', [['val_loss', '0.273']]],
    ['epoch 3, acc: 91.2 loss: 1e-3.', [...[['acc', '91.2']], ['loss', '1e-3']]],
    ['started at 12:30:15, x = -5', [['x', '-5']]],
    ['see v1.2, ratio 3:4', []],
  ])('%j says what numbers are called', (text, said) => {
    expect(saidIn(text)).toEqual(said);
  });

  it('is told from a name by its marks', () => {
    expect(looksLikeProse(['done: loss=0.2 after a while', null, 'done: loss=0.3 at once, fine'])).toBe(true);
    expect(looksLikeProse(['resnet50 lr=0.1 bs=32 sgd', 'vit lr=0.2 bs=64 adam'])).toBe(false);
    expect(looksLikeProse(['it crashed, nobody knows why'])).toBe(false);
  });

  it('leaves its other words', () => {
    expect(withoutSaid('resnet50, lr=0.1, bs=32, sgd').split(/[,\s]+/)).toEqual(['resnet50', 'sgd']);
  });
});

describe('a column of messages', () => {
  it('links by the metric that they say', () => {
    const losses = Array.from({ length: 40 }, (_item, at) => Number((0.2003 + ((at * 37) % 40) * 0.01237).toFixed(4)));
    const rows = losses.map((loss, at) =>
      rowOf(`row-${at + 10}`, { message: `[bot] job done: val_loss=${loss}, all is well` }),
    );
    const runs = losses.map((loss, at) =>
      runOf(`run-${at + 10}`, '2025-05-01T08:00:00Z', { summary: { 'val/loss': loss + 0.00001 } }),
    );
    const { outcomes, health } = linkRecords(inputOf(rows, runs));
    expect(health).toContain('column message.val_loss measures what summary val/loss measures');
    expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual(runs.map(({ runId }) => runId));
  });
});
