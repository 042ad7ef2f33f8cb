import type { LearnedModel } from '../weights/learn.ts';
import type { Field } from '../normalize/fields.ts';
import { unitOf } from '../normalize/digits.ts';
import { keyWords } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import type { SurePair } from '../pairing/refine.ts';
import { mapValues } from '../pairing/value-map.ts';
import { thinOut } from '../thin-out.ts';

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
 * registry's. A column that is paired with such a key is asked by what the pairing learned: words, as `✓` for true, and
 * the scale of a metric.
 *
 * @param sure pairs that are as good as certain
 * @returns the names of the columns; empty where all is well
 */
export function findConflictingNamesakes(
  { records, model }: { readonly records: Records; readonly model: Pick<LearnedModel, 'paired'> },
  sure: readonly SurePair[],
): string[] {
  if (sure.length < LEAST_LINKS) return [];
  const links = thinOut(sure, MOST_LINKS);
  const keysByName = groupByName(records.run.fields.filter((field) => RUN_ORIGINS.has(field.origin)));
  const conflicts: string[] = [];
  let fitting = 0;
  for (const column of records.row.fields) {
    const keys = column.origin === 'column' ? (keysByName.get(nameOf(column)) ?? []) : [];
    const agreements = keys
      .map((key) => agreementOf(findGaps(records, model.paired, { column, key }), links))
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

/** How far a row's value lies from a run's, as a share of it; NaN where one of them has none. */
type GapOf = (row: number, run: number) => number;

function findGaps(
  { values }: Records,
  { fields, measured }: LearnedModel['paired'],
  { column, key }: { readonly column: Field; readonly key: Field },
): GapOf {
  const shareOf = (gap: number, own: number): number => {
    const share = Math.abs(gap) / Math.abs(own);
    return Number.isNaN(share) ? Infinity : share;
  };
  const metric = measured.find((one) => one.column === column.name && one.key === key.name && key.origin === 'summary');
  if (metric !== undefined) {
    const { rowValues, runValues, rounding } = metric;
    return (row, run) => {
      const own = rowValues[row] ?? Number.NaN;
      const gap = Math.abs(own - (runValues[run] ?? Number.NaN));
      return Number.isNaN(gap) ? gap : gap <= unitOf(own, rounding) ? 0 : shareOf(gap, own);
    };
  }
  const pair = fields.find((one) => one.column === column && one.key === key);
  const map = mapValues(column, key, values);
  return (row, run) => {
    const own = column.codes[row] ?? -1;
    const other = key.codes[run] ?? -1;
    if (own < 0 || other < 0) return Number.NaN;
    if ((map.rows.get(own) ?? own) === (map.runs.get(other) ?? other)) return 0;
    const gap = values.numberOf(own) - values.numberOf(other);
    // two numbers are no names of each other, however often they meet
    const isLearned = Number.isNaN(gap) && pair !== undefined && pair.rowCodes[row] === pair.runCodes[run];
    return isLearned ? 0 : shareOf(gap, values.numberOf(own));
  };
}

function agreementOf(gapOf: GapOf, links: readonly SurePair[]): Agreement {
  const both = links.filter(({ row, run }) => !Number.isNaN(gapOf(row, run)));
  if (both.length < LEAST_LINKS) return { share: Number.NaN, nearer: Number.NaN };
  const gaps = Float64Array.from(both, ({ row, run }) => gapOf(row, run));
  const { nearer, farther } = compareGaps(gapOf, both, gaps);
  const compared = nearer + farther;
  return {
    share: gaps.reduce((count, gap) => count + (gap <= NEAR ? 1 : 0), 0) / both.length,
    nearer: compared < LEAST_COMPARED ? Number.NaN : (nearer - farther) / compared,
  };
}

/** How often a row lies nearer to its own run than to that of a link beside it, and how often farther. */
function compareGaps(
  gapOf: GapOf,
  both: readonly SurePair[],
  gaps: Float64Array,
): { readonly nearer: number; readonly farther: number } {
  let nearer = 0;
  let farther = 0;
  for (let at = 0; at < both.length; at++) {
    const row = both[at]?.row ?? 0;
    const own = gaps[at] ?? 0;
    for (const step of NEIGHBOURS) {
      const other = both[at + step];
      if (other === undefined) continue;
      const gap = gapOf(row, other.run);
      if (own < gap) nearer++;
      else if (own > gap) farther++;
    }
  }
  return { nearer, farther };
}
