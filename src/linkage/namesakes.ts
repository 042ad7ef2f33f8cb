import type { Field } from './normalize/fields.ts';
import { keyWords } from './normalize/names.ts';
import type { Records } from './normalize/records.ts';
import type { SurePair } from './pairing/refine.ts';
import { mapValues } from './pairing/value-map.ts';
import { thinOut } from './thin-out.ts';

/** Links that hold both before a column and its namesake are judged. */
const LEAST_LINKS = 10;
/** Shares of these links on which they must agree to speak for the links, and may agree at most to speak against. */
const MOSTLY = 0.5;
const HARDLY_EVER = 0.05;
/** Two numbers within this share of each other are no contradiction. */
const NEAR = 0.05;
const LEAST_CONFLICTS = 2;
/** Links beside one whose run is held against its row, to see what chance gives. */
const NEIGHBOURS = [-3, -2, -1, 1, 2, 3] as const;
/** The links' own runs are nearer than their neighbours' by so little at most where the two have nothing in common: they were chosen for it. */
const NO_NEARER = 0.25;
/** Fewer comparisons with neighbours tell nothing. */
const LEAST_COMPARED = 100;
/** Links that are looked at. */
const MOST_LINKS = 1000;
const RUN_ORIGINS: ReadonlySet<string> = new Set(['config', 'args', 'summary']);

/**
 * Columns that bear the name of a run's key and on the links hardly ever agree with it, or no better than with the keys of
 * the links beside, where these are more than those that do. A key that never fits is paired with nothing and weighs
 * nothing, which is right for one of another meaning; many of them show another project whose jobs start beside the
 * registry's.
 *
 * @param sure pairs that are as good as certain
 * @returns the names of the columns; empty where all is well
 */
export function findConflictingNamesakes(records: Records, sure: readonly SurePair[]): string[] {
  if (sure.length < LEAST_LINKS) return [];
  const links = thinOut(sure, MOST_LINKS);
  const keysByName = groupByName(records.run.fields.filter((field) => RUN_ORIGINS.has(field.origin)));
  const conflicts: string[] = [];
  let fitting = 0;
  for (const column of records.row.fields) {
    const keys = column.origin === 'column' ? (keysByName.get(nameOf(column)) ?? []) : [];
    const agreements = keys
      .map((key) => agreementOf(records, { column, key, links }))
      .filter((one) => !Number.isNaN(one.share));
    if (agreements.length === 0) continue;
    const isFitting = agreements.some(({ share, nearer }) => share >= MOSTLY && !(nearer <= NO_NEARER));
    const isConflict = agreements.every(({ share, nearer }) => share <= HARDLY_EVER || nearer <= NO_NEARER);
    if (isFitting) fitting++;
    else if (isConflict) conflicts.push(column.name);
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

interface Agreement {
  /** Of the links on which both are there; NaN where these are too few. */
  readonly share: number;
  /** How much more often a link's own run is nearer than a neighbour's: 1 always, 0 as often as not; NaN where all are alike. */
  readonly nearer: number;
}

function agreementOf(
  { values }: Records,
  { column, key, links }: { readonly column: Field; readonly key: Field; readonly links: readonly SurePair[] },
): Agreement {
  const both = links.filter(({ row, run }) => (column.codes[row] ?? -1) >= 0 && (key.codes[run] ?? -1) >= 0);
  if (both.length < LEAST_LINKS) return { share: Number.NaN, nearer: Number.NaN };
  const map = mapValues(column, key, values);
  const gapOf = (row: number, run: number): number => {
    const [own, other] = [column.codes[row] ?? -1, key.codes[run] ?? -1];
    if ((map.rows.get(own) ?? own) === (map.runs.get(other) ?? other)) return 0;
    const gap = Math.abs(values.numberOf(own) - values.numberOf(other)) / Math.abs(values.numberOf(own));
    return Number.isNaN(gap) ? Infinity : gap;
  };
  const gaps = both.map(({ row, run }) => gapOf(row, run));
  let [nearer, farther] = [0, 0];
  for (const [at, { row }] of both.entries()) {
    for (const step of NEIGHBOURS) {
      const other = both[at + step];
      if (other === undefined) continue;
      const gap = gapOf(row, other.run);
      if ((gaps[at] ?? 0) < gap) nearer++;
      if ((gaps[at] ?? 0) > gap) farther++;
    }
  }
  const compared = nearer + farther;
  return {
    share: gaps.filter((gap) => gap <= NEAR).length / both.length,
    nearer: compared < LEAST_COMPARED ? Number.NaN : (nearer - farther) / compared,
  };
}
