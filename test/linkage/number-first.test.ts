import { describe, expect, it } from 'vitest';
import { buildRecords } from '../../src/linkage/normalize/records.ts';
import { inputOf, rowOf } from '../helpers/worlds/small.ts';

describe('a number before its word in a name', () => {
  it('is a field by its word, and stays a word at its place', () => {
    const rows = ['llama_7b_300ep', 'llama_13b_50ep', 'llama_7b_50ep'].map((run_name, at) =>
      rowOf(`row-${at}`, { run_name }),
    );
    const { row, values } = buildRecords(inputOf(rows, []));
    const valuesOf = (name: string): (string | undefined)[] =>
      [...(row.fields.find((field) => field.name === name)?.codes ?? [])].map((code) => values.textOf(code));
    expect(valuesOf('run_name.ep')).toEqual(['300', '50', '50']);
    expect(valuesOf('run_name[1]')).toEqual(['7b', '13b', '7b']);
  });
});
