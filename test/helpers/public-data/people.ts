import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import type { Comparison } from '../../../src/linkage/comparison/comparison.ts';
import { TextField } from './text-field.ts';

export const PERSON_FIELDS = [
  'given_name',
  'surname',
  'street_number',
  'address_1',
  'address_2',
  'suburb',
  'postcode',
  'state',
  'date_of_birth',
  'soc_sec_id',
] as const;

export type PersonField = (typeof PERSON_FIELDS)[number];

/** A person of the Febrl generator; empty fields are missing. `truth` is the same in both files. */
export interface Person extends Readonly<Record<PersonField, string>> {
  readonly truth: string;
}

/** FEBRL 4: 5,000 people and as many corrupted copies. */
export async function readPeople(folder: string): Promise<{ readonly rows: Person[]; readonly runs: Person[] }> {
  return {
    rows: parsePeople(await readFile(join(folder, 'dataset4a.csv'), 'utf8')),
    runs: parsePeople(await readFile(join(folder, 'dataset4b.csv'), 'utf8')),
  };
}

/** `rec-17-org` in one file is `rec-17-dup-0` in the other. */
export function parsePeople(csv: string): Person[] {
  // with `columns: true` csv-parse gives an object of strings by header; its types cannot know that
  const records = parse(csv, { columns: true, trim: true, skip_empty_lines: true }) as Record<string, string>[];
  return records.map((record) => {
    const fields = Object.fromEntries(PERSON_FIELDS.map((field) => [field, record[field] ?? '']));
    // built from the list of all fields one line above
    return { ...(fields as Record<PersonField, string>), truth: /^rec-\d+/.exec(record['rec_id'] ?? '')?.[0] ?? '' };
  });
}

export function comparePeople(
  people: { readonly rows: readonly Person[]; readonly runs: readonly Person[] },
  fields: readonly PersonField[],
): Comparison[] {
  const textsOf = (side: readonly Person[], field: PersonField): string[] => side.map((person) => person[field]);
  return fields.map(
    (field) => new TextField(field, { rows: textsOf(people.rows, field), runs: textsOf(people.runs, field) }),
  );
}
