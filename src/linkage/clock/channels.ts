import type { Samples } from '../comparison/difference-density.ts';
import type { Records } from '../normalize/records.ts';
import type { TimeField } from '../normalize/times.ts';
import { quantumOf } from '../normalize/times.ts';
import { findRowOffsets } from './row-offsets.ts';
import { collectHits, findClockPeaks } from './scan.ts';
import type { ClockPeak, RowHits, ScanInput } from './scan.ts';

/** A row's time, the run times that may mean the same moment, and how far their clocks lie apart. */
export interface ClockChannel {
  readonly row: TimeField;
  readonly runWords: string;
  readonly runSeconds: Float64Array;
  readonly otherSeconds: Float64Array | null;
  readonly quantum: number;
  /** Null where no offset stands out: the clocks are taken as they are. */
  readonly peak: ClockPeak | null;
  /** Run minus row that is typical, by row: the peak's offset, or that of the row's period. */
  readonly offsets: Float64Array;
  /** Differences near the peak, the offset taken off: a first idea of the delay. One a row, its likeliest. */
  readonly firstDelays: Samples;
}

/** Offsets weaker than this many nats are chance. */
const LEAST_SCORE = 8;
/** Rows that choose the pair of times, and rows that then find its offset. */
const FEW_ROWS = 300;
const MOST_ROWS = 1500;

/**
 * Tries every time of the rows against every time of the runs and keeps the pair whose differences crowd most. Without
 * a clear crowd the registry's own creation time is compared with the runs' creation as it stands.
 */
export function chooseClockChannel(
  records: Records,
  rows: readonly number[],
  weigh: (row: number, run: number) => number,
): ClockChannel | null {
  const few = thin(rows, FEW_ROWS);
  const best = listChannels(records)
    .map((channel) => ({ channel, score: peakOf(records, { channel, rows: few, weigh })?.score ?? 0 }))
    .toSorted((a, b) => b.score - a.score)[0];
  if (best === undefined) return null;
  const search: PeakSearch = { channel: best.channel, rows: thin(rows, MOST_ROWS), weigh };
  const peak = peakOf(records, search);
  if (peak === null || peak.score < LEAST_SCORE) {
    const offsets = new Float64Array(records.rows.length);
    return { ...best.channel, peak: null, offsets, firstDelays: { differences: [], weights: [] } };
  }
  const hits = collectHits(scanInput(records, search));
  const { seconds, zoned } = best.channel.row;
  const offsets = findRowOffsets(seconds, zoned ? [] : hits, peak.offset);
  return { ...best.channel, peak, offsets, firstDelays: delaysNear(hits, peak) };
}

function delaysNear(hits: readonly RowHits[], peak: ClockPeak): Samples {
  const differences: number[] = [];
  const weights: number[] = [];
  for (const row of hits) {
    let best = -1;
    for (const [at, difference] of row.differences.entries()) {
      const isNear = Math.abs(difference - peak.offset) <= 2 * peak.width;
      if (isNear && (row.shares[at] ?? 0) > (row.shares[best] ?? 0)) best = at;
    }
    if (best < 0) continue;
    differences.push((row.differences[best] ?? 0) - peak.offset);
    weights.push(row.shares[best] ?? 0);
  }
  return { differences, weights };
}

function thin(rows: readonly number[], most: number): number[] {
  const stride = Math.ceil(rows.length / most);
  return rows.filter((_row, at) => at % stride === 0);
}

type Channel = Omit<ClockChannel, 'peak' | 'offsets' | 'firstDelays'>;

function listChannels(records: Records): Channel[] {
  const { createdAt, startedAt, heartbeatAt, inside } = records.run.times;
  const { schema } = records;
  const first = [schema.createdAt, schema.identity.started_at];
  const rank = (field: TimeField): number => (first.includes(field.name) ? first.indexOf(field.name) : 2);
  const fields = records.row.times.filter((field) => field.filled >= 0.05 * records.rows.length);
  return fields
    .toSorted((a, b) => rank(a) - rank(b) || b.filled - a.filled || (a.name < b.name ? -1 : 1))
    .flatMap((row) => {
      const quantum = (seconds: Float64Array): number => Math.max(row.quantum, quantumOf(seconds));
      return [
        { row, runWords: 'starts', runSeconds: createdAt, otherSeconds: startedAt, quantum: row.quantum },
        { row, runWords: 'ends', runSeconds: heartbeatAt, otherSeconds: null, quantum: row.quantum },
        ...inside.map(({ name, seconds }) => ({
          row,
          runWords: `is stamped in ${name}`,
          runSeconds: seconds,
          otherSeconds: null,
          quantum: quantum(seconds),
        })),
      ];
    });
}

interface PeakSearch {
  readonly channel: Channel;
  readonly rows: readonly number[];
  readonly weigh: (row: number, run: number) => number;
}

function peakOf(records: Records, search: PeakSearch): ClockPeak | null {
  return findClockPeaks(scanInput(records, search))[0] ?? null;
}

function scanInput(records: Records, { channel, rows, weigh }: PeakSearch): ScanInput {
  return {
    rowSeconds: channel.row.seconds,
    runSeconds: [channel.runSeconds, ...(channel.otherSeconds === null ? [] : [channel.otherSeconds])],
    rows,
    weigh,
    quantum: channel.quantum,
    isZoned: channel.row.zoned && !channel.runWords.startsWith('is stamped'),
    freeRuns: records.freeRuns,
  };
}
