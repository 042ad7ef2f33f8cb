import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { notedIn, looksLikeNotes } from '../../src/linkage/normalize/noted.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

describe('a note in a cell', () => {
  it.each([
    ['lr 5e-4, epochs 10, model resnet18', [...[['lr', '5e-4']], ['epochs', '10'], ['model', 'resnet18']]],
    ['optim.lr = 0.1; bs: 32', [...[['optim.lr', '0.1']], ['bs', '32']]],
    ['val_acc 91.2', [['val_acc', '91.2']]],
    ['Genauigkeit: 0.912', [['Genauigkeit', '0.912']]],
    ['resnet 50', []],
    ['lr 5e-4, the old schedule', []],
    ['started 12:30:15', []],
  ])('%j says names and values, or nothing', (text, noted) => {
    expect(notedIn(text)).toEqual(noted);
  });

  it('is one where most cells of its column are', () => {
    expect(looksLikeNotes(['acc 91.2', 'acc 90.8', null, 'diverged'])).toBe(true);
    expect(looksLikeNotes(['acc 91.2', 'diverged', 'out of memory'])).toBe(false);
    expect(looksLikeNotes(['resnet 50', 'resnet 101'])).toBe(false);
  });
});

describe('a lab notebook', () => {
  it('links by what its entries say in words', () => {
    const entries = Array.from({ length: 40 }, (_item, at) => ({
      lr: [1e-3, 5e-4][at % 2] ?? 0,
      epochs: [10, 20, 30][at % 3] ?? 0,
      accuracy: 0.5003 + ((at * 37) % 40) * 0.00937,
    }));
    const rows = entries.map(({ lr, epochs, accuracy }, at) =>
      rowOf(`entry-${at + 10}`, {
        description: `lr ${lr.toExponential()}, epochs ${epochs}`,
        result: `acc ${(100 * accuracy).toFixed(1)}`,
      }),
    );
    const runs = entries.map(({ lr, epochs, accuracy }, at) =>
      runOf(`run-${at + 10}`, '2025-05-01T08:00:00Z', {
        config: { optim: { lr }, epochs },
        summary: { 'val/accuracy': accuracy },
      }),
    );
    const { outcomes, health } = linkRecords(inputOf(rows, runs));
    expect(health).toContain('column result.acc measures what summary val/accuracy measures');
    expect(health.filter((line) => line.startsWith('column description'))).toEqual([
      'column description.epochs says what config epochs says, equal on 99.4 % of the links',
      'column description.lr says what config optim.lr says, equal on 99.4 % of the links',
    ]);
    expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual(runs.map(({ runId }) => runId));
  });
});
