import { createClockScan } from './scan.ts';
import type { RowHits, ScanInput } from './hits.ts';
import type { ClockPeak } from './scan.ts';

/** A column whose values may each have a clock of their own: machines, launchers, people. */
export interface ClockGrouping {
  readonly name: string;
  /** Value of each row; negative is missing. */
  readonly codes: Int32Array;
}

/** Rows that a clock of its own needs, and groups of a column that need not be looked at one by one. */
const LEAST_ROWS = 4;
const MOST_GROUPS = 150;
const LEAST_SCORE = 10;
/** Seconds within which a clock is the one for all: delays differ by as much. */
const SAME_CLOCK = 10;
/** Nats that all clocks of a column must add over one clock for all. */
const LEAST_GAIN = 25;

/**
 * Clocks that differ by a column's value: each machine off by its own constant. For every column that may name
 * machines, each value's rows are scanned by themselves; the column whose values gain most over one clock is believed.
 *
 * @param offset of the one clock for all
 * @returns offsets by row, or null where one clock explains as much
 */
export function findGroupOffsetsOrNull(
  { hits, offset, ...input }: ScanInput & { readonly hits: readonly RowHits[]; readonly offset: number },
  groupings: readonly ClockGrouping[],
): Float64Array | null {
  const all = { hits, offset, findPeak: createClockScan(input) };
  let best: { readonly gain: number; readonly offsets: Float64Array } | null = null;
  for (const grouping of groupings) {
    const found = scanGroups(all, grouping);
    if (found !== null && found.gain > Math.max(LEAST_GAIN, best?.gain ?? 0)) best = found;
  }
  return best?.offsets ?? null;
}

interface GroupScan {
  readonly hits: readonly RowHits[];
  readonly offset: number;
  readonly findPeak: (hits: readonly RowHits[], least: number) => ClockPeak | null;
}

function scanGroups(input: GroupScan, { codes }: ClockGrouping): { gain: number; offsets: Float64Array } | null {
  const groups = new Map<number, RowHits[]>();
  for (const hit of input.hits) {
    const code = codes[hit.row] ?? -1;
    if (code < 0) continue;
    const group = groups.get(code);
    if (group === undefined) groups.set(code, [hit]);
    else group.push(hit);
  }
  if (groups.size < 2 || groups.size > MOST_GROUPS || groups.size > input.hits.length / 3) return null;
  const offsetsByCode = new Map<number, number>();
  let gain = 0;
  for (const [code, hits] of groups) {
    if (hits.length < LEAST_ROWS || massNear(hits, input.offset, SAME_CLOCK) > hits.length / 2) continue;
    const peak = input.findPeak(hits, LEAST_SCORE);
    if (peak === null || peak.score < LEAST_SCORE) continue;
    const there = massNear(hits, peak.offset, peak.width);
    const here = massNear(hits, input.offset, peak.width);
    if (there < 2 * here + 2) continue;
    offsetsByCode.set(code, peak.offset);
    gain += peak.score - here;
  }
  const offsets =
    codes.length === 0
      ? new Float64Array(0)
      : Float64Array.from(codes, (code) => offsetsByCode.get(code) ?? input.offset);
  return { gain, offsets };
}

/** Rows with a pair that differs by about so much, each counted by its likeliest. */
function massNear(hits: readonly RowHits[], offset: number, width: number): number {
  let mass = 0;
  for (const { differences, shares } of hits) {
    let most = 0;
    for (let at = 0; at < differences.length; at++) {
      if (Math.abs((differences[at] ?? 0) - offset) <= width) most = Math.max(most, shares[at] ?? 0);
    }
    mass += most;
  }
  return mass;
}
