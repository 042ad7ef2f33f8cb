import { buildSortedIndex, lowerBound, upperBound } from '../sorted.ts';
import type { SurePair } from './refine.ts';
import { thinOut } from '../thin-out.ts';

/** A duration and a length within this share of each other are the same, or within half a step of the durations. */
const SAME = 0.05;
/** Pairs that are looked at. */
const MOST_PAIRS = 1000;
/** Share of the pairs that must agree. */
const LEAST_AGREEMENT = 0.5;

/** Bits by which durations are the lengths of the runs on sure pairs more often than on pairs at random. */
export function gainOnPairs(
  { seconds, lengths, step }: { readonly seconds: Float64Array; readonly lengths: Float64Array; readonly step: number },
  sure: readonly SurePair[],
): number {
  const there = sure.filter(({ row, run }) => (seconds[row] ?? 0) > 0 && (lengths[run] ?? 0) > 0);
  const pairs = thinOut(there, MOST_PAIRS);
  const sorted = buildSortedIndex(Float64Array.from(pairs, ({ run }) => lengths[run] ?? 0)).values;
  let agreeing = 1;
  let byChance = 1;
  for (const { row, run } of pairs) {
    const own = seconds[row] ?? 0;
    const slack = Math.max(own * SAME, step / 2);
    const from = own - slack;
    const to = own + slack;
    const length = lengths[run] ?? 0;
    if (length >= from && length <= to) agreeing++;
    byChance += (upperBound(sorted, to) - lowerBound(sorted, from)) / sorted.length;
  }
  const [share, chance] = [agreeing / (pairs.length + 2), byChance / (pairs.length + 2)];
  if (share < LEAST_AGREEMENT || share <= chance) return 0;
  const bits = share * Math.log2(share / chance) + (1 - share) * Math.log2((1 - share) / (1 - chance));
  return bits * pairs.length;
}
