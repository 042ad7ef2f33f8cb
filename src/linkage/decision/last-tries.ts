import type { Comparison } from '../comparison/comparison.ts';
import { isGeneratedName } from '../normalize/names.ts';
import type { Records } from '../normalize/records.ts';
import { isTryOf } from '../normalize/tries.ts';
import type { SurePair } from '../pairing/refine.ts';
import type { LearnedModel } from '../weights/learn.ts';
import type { Objection } from './weakness.ts';

/** What tells when a run began: a row that was entered at the first try has the time of that one, whichever it means. */
const OF_TIME: ReadonlySet<string> = new Set(['time', 'order', 'launch']);
/** Bits by which the rest has to speak for one try for it to be told. */
const TELLS = 1;
/** Fewer rows whose try is told show no habit. */
const LEAST_TOLD = 10;
/** More runs of the same settings are no tries of one job, or the rows keep too little to tell them apart. */
const MOST_ALIKE = 100;

/** What this needs of the decision. */
interface Context {
  readonly records: Records;
  readonly model: LearnedModel;
  /** Bits that a match needs. */
  readonly least: number;
  /** Whether a run is linked, rejected for this row, or another row's. */
  readonly isTaken: (row: number, run: number) => boolean;
}

/**
 * Finds pairs with a try that a later one followed, where rows that have the time of an earlier try mean the last one. A
 * row of a job that was started again by hand or by a scheduler keeps the time of the first start; where it has metrics or
 * a duration, these tell which try is meant, and where it has none, the others tell the habit.
 *
 * @param sure pairs that are as good as certain
 * @returns what speaks against a pair; null where nothing does
 */
export function createTriesCheck(context: Context, sure: readonly SurePair[]): (edge: number) => Objection | null {
  const { records, model, least, isTaken } = context;
  const tries = findTries(context);
  const { earlier, later } = countMeant(context, tries, sure);
  if (later < LEAST_TOLD) return () => null;
  const against = Math.log2((later + 1) / (earlier + 1));
  return (edge) => {
    const row = model.candidates.rows[edge] ?? 0;
    const run = model.candidates.runs[edge] ?? 0;
    const rivals = (tries.later.get(run) ?? []).filter((other) => !isTaken(row, other));
    const bitsOf = (other: number): number => lead(model.comparisons, row, { run, other }) - against;
    const [rival] = rivals.toSorted((a, b) => bitsOf(a) - bitsOf(b) || a - b);
    if (rival === undefined || bitsOf(rival) >= least) return null;
    const runId = records.runs[rival]?.runId ?? '';
    return {
      reason: `the best run was tried again as ${runId}, and ${later} of ${later + earlier} rows with the time of an earlier try mean a later one`,
      share: 1 / (1 + 2 ** -bitsOf(rival)),
    };
  };
}

/** By run number, the runs of which it may be a later try, and those that may be later tries of it. */
interface Tries {
  readonly earlier: ReadonlyMap<number, readonly number[]>;
  readonly later: ReadonlyMap<number, readonly number[]>;
}

/**
 * By what the rows keep of a run: who starts a job again may change the number of its workers, which no row tells. Another
 * job of the same settings may begin between two tries.
 */
function findTries({ records: { runs }, model: { paired } }: Context): Tries {
  const groups = Map.groupBy(runs.keys(), (run) => {
    const { displayName, program, group, sweepName } = runs[run] ?? {};
    const codes = paired.fields.map(({ key }) => key.codes[run] ?? -1);
    return JSON.stringify([nameOf(displayName ?? null), program, group, sweepName, ...codes]);
  });
  const earlier = new Map<number, number[]>();
  const later = new Map<number, number[]>();
  for (const group of groups.values()) {
    if (group.length > MOST_ALIKE) continue;
    for (const first of group) {
      const own = runs[first];
      const tries = group.filter((run) => {
        const other = runs[run];
        return own !== undefined && other !== undefined && own !== other && isTryOf(own, other);
      });
      if (tries.length > 0) later.set(first, tries);
      for (const run of tries) earlier.set(run, [...(earlier.get(run) ?? []), first]);
    }
  }
  return { earlier, later };
}

function nameOf(displayName: string | null): string {
  return displayName === null || isGeneratedName(displayName) ? '' : displayName;
}

/** Of the rows whose time is rather an earlier try's than a later one's: how many mean which, by all that is not time. */
function countMeant(
  { model: { comparisons }, isTaken }: Context,
  tries: Tries,
  sure: readonly SurePair[],
): { readonly earlier: number; readonly later: number } {
  const time = comparisons.find(({ name }) => name === 'time');
  const bitsOf = (row: number, run: number): number => time?.weigh(row, run) ?? 0;
  const counts = { earlier: 0, later: 0 };
  for (const { row, run } of sure) {
    const isTold = (other: number): boolean => !isTaken(row, other) && lead(comparisons, row, { run, other }) > TELLS;
    const own = bitsOf(row, run);
    const isLater = (other: number): boolean => bitsOf(row, other) > Math.max(0, own) && isTold(other);
    const isEarlier = (other: number): boolean => own > Math.max(0, bitsOf(row, other)) && isTold(other);
    if (tries.earlier.get(run)?.some(isLater) === true) counts.later++;
    else if (tries.later.get(run)?.some(isEarlier) === true) counts.earlier++;
  }
  return counts;
}

/** Bits by which a row's own run fits better than another one in all that is not time. */
function lead(
  comparisons: readonly Comparison[],
  row: number,
  pair: { readonly run: number; readonly other: number },
): number {
  return comparisons
    .filter(({ name }) => !OF_TIME.has(name))
    .reduce((sum, one) => sum + one.weigh(row, pair.run) - one.weigh(row, pair.other), 0);
}
