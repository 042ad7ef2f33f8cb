import type { Records } from '../normalize/records.ts';
import type { TimeField } from '../normalize/times.ts';
import { quantumOf } from '../normalize/times.ts';
import { findRowOffsets } from './row-offsets.ts';
import { collectHits, findClockPeaks } from './scan.ts';
import type { ClockPeak, ScanInput } from './scan.ts';

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
}

/** Offsets weaker than this many nats are chance. */
const LEAST_SCORE = 8;
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
  const channels = listChannels(records).map((channel) => ({
    channel,
    peak: peakOf(records, { channel, rows, weigh }),
  }));
  const best = channels.toSorted((a, b) => (b.peak?.score ?? 0) - (a.peak?.score ?? 0)).at(0);
  if (best === undefined) return null;
  const size = records.rows.length;
  if (best.peak === null || best.peak.score < LEAST_SCORE) {
    return { ...best.channel, peak: null, offsets: new Float64Array(size) };
  }
  const { peak, channel } = best;
  const hits = channel.row.zoned ? [] : collectHits(scanInput(records, { channel, rows, weigh }));
  return { ...channel, peak, offsets: findRowOffsets(channel.row.seconds, hits, peak.offset) };
}

type Channel = Omit<ClockChannel, 'peak' | 'offsets'>;

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
  const there = rows.filter((row) => !Number.isNaN(channel.row.seconds[row] ?? Number.NaN));
  const stride = Math.ceil(there.length / MOST_ROWS);
  return {
    rowSeconds: channel.row.seconds,
    runSeconds: [channel.runSeconds, ...(channel.otherSeconds === null ? [] : [channel.otherSeconds])],
    rows: there.filter((_row, at) => at % stride === 0),
    weigh,
    quantum: channel.quantum,
    isZoned: channel.row.zoned && !channel.runWords.startsWith('is stamped'),
    freeRuns: records.freeRuns,
  };
}
