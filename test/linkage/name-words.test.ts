import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { findMisspelt } from '../../src/linkage/normalize/misspelt.ts';
import { findSlots } from '../../src/linkage/normalize/name-slots.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const LANGUAGES = ['cy', 'de', 'fr'];
const NETWORKS = ['conformer', 'wav2vec', 'zipformer'];
const SEEDS = ['s1', 's2', 's3'];
const jobs = LANGUAGES.flatMap((language) =>
  NETWORKS.flatMap((network) => SEEDS.map((seed) => [language, network, seed] as const)),
);
/** The same words, another one first in each name. */
const turned = jobs.map((words, at) => [...words.slice(at % 3), ...words.slice(0, at % 3)]);

describe('words of names that stand now here and now there', () => {
  const values = createValueCodes();
  const slots = findSlots(
    turned.map((words) => words.map((word) => values.encode(word))),
    values,
  );

  it('are values of one field where no name holds two of them and each holds one', () => {
    expect(slots.map(({ name }) => name)).toEqual(['conformer|wav2vec|zipformer', 'cy|de|fr', 's1|s2|s3']);
  });

  it('link rows to runs with the same words in another order', () => {
    const rows = jobs.map((words) => rowOf(`${words.join('_')}_on_gpu`, {}));
    const runs = turned.map((words, at) =>
      runOf(`run${10 + at}abc`, '2025-04-10T09:30:00Z', { displayName: `${words.join('/')}/ga16` }),
    );
    const { outcomes, health } = linkRecords(inputOf(rows, runs));
    expect(health.join('\n')).toContain('[conformer|wav2vec|zipformer] says what name-part displayName[conformer|');
    expect(outcomes.map(({ candidates }) => candidates[0]?.wandbRunId)).toEqual(runs.map(({ runId }) => runId));
  });

  it('stay what is at their place where both sides write them in one order', () => {
    const rows = jobs.map((words) => rowOf(`${words.join('_')}_on_gpu`, {}));
    const runs = jobs.map((words, at) =>
      runOf(`run${10 + at}abc`, '2025-04-10T09:30:00Z', { displayName: `${words.join('-')}-ga16` }),
    );
    const { health } = linkRecords(inputOf(rows, runs));
    expect(health.join('\n')).toContain('run_id[-4] says what name-part displayName[-3]');
    expect(health.join('\n')).not.toContain('[conformer|');
  });
});

describe('misspelt words of names', () => {
  const values = createValueCodes();
  const count = (words: Readonly<Record<string, number>>): Map<number, number> =>
    new Map(Object.entries(words).map(([word, often]) => [values.encode(word), often]));
  const meantBy = (own: Readonly<Record<string, number>>, other: Readonly<Record<string, number>>): string[] =>
    Array.from(
      findMisspelt(count(own), count(other), values),
      ([wrong, right]) => `${values.textOf(wrong)} → ${values.textOf(right)}`,
    );

  it('are the far more frequent word of both sides that is a swap or an edit away', () => {
    expect(meantBy({ dora: 40, droa: 3, small: 20, smalll: 1 }, { dora: 38, small: 22 })).toEqual([
      'droa → dora',
      'smalll → small',
    ]);
  });

  it('are none where the other side says them too, or they are frequent', () => {
    expect(meantBy({ dora: 40, droa: 3 }, { dora: 38, droa: 1 })).toEqual([]);
    expect(meantBy({ dora: 40, droa: 30 }, { dora: 38 })).toEqual([]);
  });

  it('are left as they are where two words may be meant, or a digit differs', () => {
    expect(meantBy({ trails: 20, trains: 20, traits: 1 }, { trails: 9, trains: 9 })).toEqual([]);
    expect(meantBy({ wav2vec: 20, wav3vec: 1 }, { wav2vec: 9 })).toEqual([]);
  });
});
