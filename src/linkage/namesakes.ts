import type { Field } from './normalize/fields.ts';
import { keyWords } from './normalize/names.ts';
import type { Records } from './normalize/records.ts';
import type { SurePair } from './pairing/refine.ts';
import { mapValues } from './pairing/value-map.ts';

/** Links that hold both before a column and its namesake are judged. */
const LEAST_LINKS = 10;
/** Shares of these links on which they must agree to speak for the links, and may agree at most to speak against. */
const MOSTLY = 0.5;
const HARDLY_EVER = 0.05;
/** Two numbers within this share of each other are no contradiction. */
const NEAR = 0.05;
const LEAST_CONFLICTS = 2;
const RUN_ORIGINS: ReadonlySet<string> = new Set(['config', 'args', 'summary']);

/**
 * Columns that bear the name of a run's key and hardly ever agree with it on the links, where these are more than those
 * that do. A key that never fits is paired with nothing and weighs nothing, which is right for one of another meaning;
 * many of them show another project whose jobs start beside the registry's.
 *
 * @param links pairs that are as good as certain
 * @returns the names of the columns; empty where all is well
 */
export function findConflictingNamesakes(records: Records, links: readonly SurePair[]): string[] {
  if (links.length < LEAST_LINKS) return [];
  const keysByName = groupByName(records.run.fields.filter((field) => RUN_ORIGINS.has(field.origin)));
  const conflicts: string[] = [];
  let fitting = 0;
  for (const column of records.row.fields) {
    const keys = column.origin === 'column' ? (keysByName.get(nameOf(column)) ?? []) : [];
    const shares = keys.map((key) => shareOfAgreement(records, { column, key, links }));
    const best = Math.max(...shares.filter((share) => !Number.isNaN(share)));
    if (best >= MOSTLY) fitting++;
    else if (best >= 0 && best <= HARDLY_EVER) conflicts.push(column.name);
  }
  return conflicts.length >= LEAST_CONFLICTS && conflicts.length > fitting ? conflicts : [];
}

function groupByName(fields: readonly Field[]): Map<string, Field[]> {
  const groups = new Map<string, Field[]>();
  for (const field of fields) {
    const name = nameOf(field);
    groups.set(name, [...(groups.get(name) ?? []), field]);
  }
  return groups;
}

/** Words of the last part of a path: `optim.batchSize` and `batch_size` are namesakes. */
function nameOf(field: Field): string {
  return keyWords(field.name.split(/[./]/).at(-1) ?? '').join(' ');
}

/** NaN where too few links hold both. */
function shareOfAgreement(
  { values }: Records,
  { column, key, links }: { readonly column: Field; readonly key: Field; readonly links: readonly SurePair[] },
): number {
  const map = mapValues(column, key, values);
  let both = 0;
  let equal = 0;
  for (const { row, run } of links) {
    const own = column.codes[row] ?? -1;
    const other = key.codes[run] ?? -1;
    if (own < 0 || other < 0) continue;
    both++;
    const gap = Math.abs(values.numberOf(own) - values.numberOf(other));
    const isNear = gap <= NEAR * Math.abs(values.numberOf(own));
    if (isNear || (map.rows.get(own) ?? own) === (map.runs.get(other) ?? other)) equal++;
  }
  return both < LEAST_LINKS ? Number.NaN : equal / both;
}
