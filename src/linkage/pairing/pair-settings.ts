import type { Field } from '../normalize/fields.ts';
import type { Records } from '../normalize/records.ts';
import { buildPairedField, isInformative, rankKeys } from './pairing.ts';
import type { FieldChoice, PairedField } from './pairing.ts';

/** More fields than this repeat each other. */
const MOST_FIELDS = 12;

/**
 * Pairs columns with what a run says about itself before it ends: config, command line, name, group, host, state. A
 * part of a name is used only for a key that no column stands for.
 */
export function pairSettings(records: Records, taken: ReadonlySet<string>): PairedField[] {
  const keys = records.run.fields.filter(
    (field) => field.origin !== 'summary' && isInformative(field, records.runs.length) && !isIdentity(field),
  );
  const columns = records.row.fields.filter(
    (field) => !taken.has(field.name) && isInformative(field, records.rows.length),
  );
  const ranked = withoutCopies(columns).map((column) => rankKeys(column, keys, records));
  const chosen = [
    ...ranked.filter((choices) => choices[0]?.column.origin === 'column'),
    ...ranked.filter((choices) => choices[0]?.column.origin === 'name-part').toSorted(byScore),
  ];
  const usedKeys = new Set<string>();
  const pairs: PairedField[] = [];
  for (const choices of chosen) {
    const isPart = choices[0]?.column.origin === 'name-part';
    const open = isPart ? choices.filter((choice) => !usedKeys.has(choice.key.name)) : choices;
    if (isPart && open.length < choices.length && open[0] !== choices[0]) continue;
    const pair = buildPairedField(open);
    if (pair === null) continue;
    usedKeys.add(pair.key.name);
    pairs.push(pair);
  }
  return pairs.toSorted((a, b) => b.score - a.score).slice(0, MOST_FIELDS);
}

function byScore(a: readonly FieldChoice[], b: readonly FieldChoice[]): number {
  return (b[0]?.score ?? 0) - (a[0]?.score ?? 0);
}

/** Unique in its project: no setting, but evidence of its own. */
function isIdentity(field: Field): boolean {
  return field.name === 'commit' && field.counts.size === field.filled;
}

/** A column that equals another value for value would count everything twice. */
function withoutCopies(fields: readonly Field[]): Field[] {
  const kept: Field[] = [];
  for (const field of fields.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const isCopy = kept.some(
      (other) =>
        other.counts.size === field.counts.size && other.codes.every((code, index) => code === field.codes[index]),
    );
    if (!isCopy) kept.push(field);
  }
  return kept;
}
