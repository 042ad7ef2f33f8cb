import { describe, expect, it } from 'vitest';
import { linkRecords } from '../../src/linkage/link-records.ts';
import { buildField } from '../../src/linkage/normalize/fields.ts';
import type { Field } from '../../src/linkage/normalize/fields.ts';
import { createValueCodes } from '../../src/linkage/normalize/values.ts';
import { countAlike, countedTextsOrNull, mapCounts } from '../../src/linkage/pairing/counted-texts.ts';
import { inputOf, rowOf, runOf } from '../helpers/worlds/small.ts';

const values = createValueCodes();
function fieldOf(...cells: readonly (string | number)[]): Field {
  return buildField({ name: 'nr', origin: 'column', codes: Int32Array.from(cells, values.encode) }, values);
}

describe('texts that count', () => {
  it('hold the number behind the one word that they all begin with', () => {
    const field = fieldOf('EXP 041', 'EXP 041b', 'EXP 7');
    expect(countedTextsOrNull(field, values)?.word).toBe('exp');
    expect([...(countedTextsOrNull(field, values)?.numbers.values() ?? [])]).toEqual([41, 41, 7]);
    expect(countedTextsOrNull(fieldOf('web', 'books', 'code-2'), values)).toBeNull();
    expect(countedTextsOrNull(fieldOf('fold 1', 'seed 1'), values)).toBeNull();
  });

  it('say what numbers say, and other texts only with the same word', () => {
    expect(countAlike(fieldOf(0, 2), fieldOf('cuda:0', 'cuda:2'), values)).toBe(true);
    expect(countAlike(fieldOf('fold-0', 'fold-2'), fieldOf('cuda:0', 'cuda:2'), values)).toBe(false);
    const { rows, runs } = mapCounts(fieldOf('EXP 041', 'EXP 041b'), fieldOf('exp-41'), values);
    expect(rows.get(values.encode('EXP 041b'))).toBe(values.encode('EXP 041'));
    expect(runs.get(values.encode('exp-41'))).toBe(values.encode('EXP 041'));
  });
});

describe('a number that the runs bear as a tag', () => {
  it('links the rows that go by it, and a column that differs from it does not say it as well', () => {
    const numbers = Array.from({ length: 16 }, (_item, at) => 31 + at);
    const rows = numbers.map((no, at) => rowOf(`row${no}`, { nr: `EXP 0${no}`, other: 31 + ((at * 5) % 16) }));
    const runs = numbers.map((no) =>
      runOf(`run${no}abc`, '2025-06-02T08:00:00Z', { tags: [no % 2 === 0 ? 'paper' : 'wip', `exp-${no}`] }),
    );
    const { outcomes, health } = linkRecords(inputOf(rows, runs));
    expect(outcomes.map(({ wandbRunId }) => wandbRunId)).toEqual(runs.map(({ runId }) => runId));
    expect(health.filter((line) => line.includes('tags.exp'))).toHaveLength(1);
  });
});
