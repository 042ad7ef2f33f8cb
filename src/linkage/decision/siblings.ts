import type { SettingsComparison } from '../comparison/settings.ts';
import type { SurePair } from '../pairing/refine.ts';
import { thinOut } from '../thin-out.ts';

/** Where a run of nearly the same settings is as near as a row's own, a half. */
const NEARER = 0.8;
const LEAST_SIBLINGS = 10;
/** Pairs that are looked at, and others of them for each. */
const MOST_PAIRS = 300;
const MOST_OTHERS = 4000;

/**
 * Whether rows are nearer to their own runs than to those of nearly the same settings, whatever it is in which these
 * differ: where that is a seed, theirs are other draws of the same thing.
 *
 * @param sure pairs that are as good as certain
 * @param distance how far a row is from a run in what was measured; NaN where one side lacks it
 */
export function areNearerThanSiblings(
  settings: SettingsComparison,
  sure: readonly SurePair[],
  distance: (row: number, run: number) => number,
): boolean {
  const counts = new Map<number, { nearer: number; compared: number }>();
  const others = thinOut(sure, MOST_OTHERS);
  for (const { row, run } of thinOut(sure, MOST_PAIRS)) {
    const own = distance(row, run);
    for (const { other, differing } of siblingsOf(settings, { row, run }, others)) {
      const gap = distance(row, other);
      if (Number.isNaN(own) || Number.isNaN(gap)) continue;
      const count = counts.get(differing) ?? { nearer: 0, compared: 0 };
      counts.set(differing, count);
      count.compared++;
      if (own < gap) count.nearer++;
    }
  }
  const many = [...counts.values()].filter(({ compared }) => compared >= LEAST_SIBLINGS);
  return many.length > 0 && many.every(({ nearer, compared }) => nearer >= NEARER * compared);
}

/** The runs of other pairs that differ from the row in the fewest settings, and in which. */
function siblingsOf(
  settings: SettingsComparison,
  { row, run }: SurePair,
  others: readonly SurePair[],
): { readonly other: number; readonly differing: number }[] {
  const siblings = others
    .filter((other) => other.run !== run)
    .map((other) => ({ other: other.run, differing: settings.compare(row, other.run).differing }));
  const fewest = Math.min(...siblings.map(({ differing }) => countBits(differing)));
  return siblings.filter(({ differing }) => countBits(differing) === fewest);
}

function countBits(mask: number): number {
  let count = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) count++;
  return count;
}
