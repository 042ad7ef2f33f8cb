import type { Samples } from '../comparison/density-grid.ts';
import type { Records } from '../normalize/records.ts';
import type { TimeField } from '../normalize/times.ts';
import { quantumOf } from '../normalize/times.ts';
import { findGroupOffsetsOrNull } from './group-offsets.ts';
import type { ClockGrouping } from './group-offsets.ts';
import { findRowOffsets } from './row-offsets.ts';
import { collectHits } from './hits.ts';
import type { RowHits, ScanInput } from './hits.ts';
import { chooseMomentOrNull } from './moments.ts';
import type { Moment } from './moments.ts';
import { RowsNear } from './rows-near.ts';
import { findClockPeakOrNull, gainOf } from './scan.ts';
import type { ClockPeak } from './scan.ts';
import { sortedIndexOf } from '../sorted.ts';
import { thinOut } from '../thin-out.ts';
import { isDayTold } from './told-days.ts';
import type { DayWitness } from './told-days.ts';

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
  /** Whether another moment of other runs fits as well. */
  readonly isTorn: boolean;
}

/** Offsets weaker than this many nats are chance. */
const LEAST_SCORE = 8;
/** Rows that choose the pair of times, and rows that then find its offset. */
const FEW_ROWS = 300;
const MOST_ROWS = 1500;
const DAY = 86_400;
/** Days by which the rows are shifted, and the share of what their clock tells that is then still there in a routine. */
const OTHER_DAYS = [1, -2] as const;
const ROUTINE_SHARE = 0.92;
/** Share of the rows that a column of times must tell something of, and columns that are used beside each other. */
const LEAST_FILLED = 0.05;
const MOST_CHANNELS = 3;
/** Seconds beyond which the differences of times do not crowd at one place. */
const LOOSE_WIDTH = 900;
/** Seconds round a machine's own offset from which the delay's first shape is taken. */
const OWN_CLOCK_WIDTH = 60;

export interface ClockSearch {
  readonly rows: readonly number[];
  /** The run of each row that is linked already. */
  readonly labels: ReadonlyMap<number, number>;
  /** Bits of the evidence other than time; −Infinity will do for a pair that stays below `least`. */
  readonly weigh: (row: number, run: number, least: number) => number;
  /** The same without the final metrics. */
  readonly weighUnmeasured: ClockSearch['weigh'];
  /** Columns that may name machines, each with a clock of its own. */
  readonly groupings: readonly ClockGrouping[];
  /** Pairs of a column and a key that name a state of the code, as a commit does. */
  readonly hashes: readonly DayWitness[];
}

/**
 * Tries every time of the rows against every time of the runs and keeps the pair whose differences crowd most. Without
 * a clear crowd the registry's own creation time is compared with the runs' creation as it stands. Rows that lack that
 * time use another one that they have, where it crowds as well: registries are merged, and columns are renamed.
 *
 * @returns each row has a time in one of the channels at most
 */
export function chooseClockChannels(records: Records, search: ClockSearch): ClockChannel[] {
  const first = chooseClockChannel(records, search, listChannels(records));
  const channels = first === null ? [] : [first];
  while (channels.length > 0 && channels.length < MOST_CHANNELS) {
    const rows = search.rows.filter((row) => channels.every((channel) => !hasTime(channel.row, row)));
    const left = listChannels(records).map((channel) => ({ ...channel, row: restOf(channel.row, channels) }));
    const next = chooseClockChannel(
      records,
      { ...search, rows },
      left.filter(({ row }) => row.filled >= LEAST_FILLED * records.rows.length),
    );
    if (next === null || next.peak === null) break;
    channels.push(next);
  }
  return channels;
}

function chooseClockChannel(records: Records, search: ClockSearch, channels: readonly Channel[]): ClockChannel | null {
  const few = thinOut(search.rows, FEW_ROWS);
  const scan = (weigh: ClockSearch['weigh']): Moment | null => {
    const given = { ...search, weigh, rows: few };
    return chooseMomentOrNull(records, given, scanChannels(records, given, channels));
  };
  const found = scan(search.weigh);
  // where metrics are those of another run than the times, only without them is a clock seen that is exact throughout
  const other = isLoose(found) ? scan(search.weighUnmeasured) : null;
  const isBetter = other !== null && !isLoose(other) && other.chosen.crowding > (found?.chosen.crowding ?? 0);
  const best = isBetter ? other : found;
  const weigh = isBetter ? search.weighUnmeasured : search.weigh;
  if (best === null || isRoutine(records, { ...search, weigh, rows: few }, best.chosen)) return null;
  const known = best.isContested ? best.chosen : null;
  return { ...findOffsets(records, { ...search, weigh, known }, best.chosen.channel), isTorn: best.isTorn };
}

/** A channel, and where the differences of its times crowd. */
export interface ScannedChannel extends ClockPeak {
  readonly channel: Channel;
  readonly input: ScanInput;
  readonly hits: readonly RowHits[];
}

const NO_PEAK: ClockPeak = { offset: 0, width: Infinity, score: 0, gain: 0, crowding: 0 };

/** By what their differences tell, the most first. */
function scanChannels(records: Records, search: ClockSearch, channels: readonly Channel[]): ScannedChannel[] {
  const scanned = channels.map((channel): ScannedChannel => {
    const input = scanInput(records, { ...search, channel });
    const hits = collectHits(input);
    return { ...(findClockPeakOrNull(input, hits) ?? NO_PEAK), channel, input, hits };
  });
  return scanned.toSorted((a, b) => b.crowding - a.crowding);
}

/** Whether times that tell the minute agree by no clock, or by one that wanders. */
function isLoose(found: Moment | null): boolean {
  return found !== null && found.chosen.channel.quantum <= 60 && found.chosen.width > LOOSE_WIDTH;
}

/** Whether times that tell the minute meet within minutes, as those of two projects hardly do by chance. */
export function meetsExactly({ peak, quantum }: ClockChannel): boolean {
  return peak !== null && quantum <= 60 && peak.width <= LOOSE_WIDTH;
}

function hasTime({ seconds }: TimeField, row: number): boolean {
  return !Number.isNaN(seconds[row] ?? Number.NaN);
}

/** The field without the rows that have a time in one of the channels. */
function restOf(field: TimeField, channels: readonly ClockChannel[]): TimeField {
  const seconds = field.seconds.map((own, row) =>
    channels.some((channel) => hasTime(channel.row, row)) ? Number.NaN : own,
  );
  return { ...field, seconds, filled: seconds.filter((own) => !Number.isNaN(own)).length };
}

/**
 * Whether the rows fit the runs of another day as well: then both sides follow the same daily routine, and that they do
 * says nothing of single runs. Two teams whose benchmarks start at two in the morning would else find each other. But a
 * commit that is built once a night, and on both sides, is of one team.
 */
function isRoutine(records: Records, search: ClockSearch, { channel, gain, offset, width }: ScannedChannel): boolean {
  if (gain <= 0 || channel.quantum >= DAY) return false;
  const isAsNear = OTHER_DAYS.every((days) => {
    const seconds = channel.row.seconds.map((own) => own + days * DAY);
    const shifted = { ...channel, row: { ...channel.row, seconds } };
    return (peakOf(records, { ...search, channel: shifted })?.gain ?? 0) >= ROUTINE_SHARE * gain;
  });
  if (!isAsNear) return false;
  const times = { rows: search.rows, rowSeconds: channel.row.seconds.map((own) => own + offset), width };
  const runs = sortedIndexOf(channel.runSeconds, records.freeRuns);
  return !OTHER_DAYS.every((days) => isDayTold(search.hashes, { ...times, runs }, days * DAY));
}

interface OffsetSearch extends ClockSearch {
  /** The crowd that is meant, where others tell as much. */
  readonly known: ClockPeak | null;
}

/** The clock of a channel: by machine or by period, whichever of both the rows' hits fit better. */
function findOffsets(records: Records, search: OffsetSearch, channel: Channel): Omit<ClockChannel, 'isTorn'> {
  const input = scanInput(records, { ...search, channel, rows: thinOut(search.rows, MOST_ROWS) });
  const hits = collectHits(input);
  const found = search.known ?? findClockPeakOrNull(input, hits);
  const peak = found === null || found.score < LEAST_SCORE ? null : found;
  const offset = peak?.offset ?? 0;
  const own = findGroupOffsetsOrNull({ ...input, hits, offset }, search.groupings);
  const periods = findRowOffsets(channel.row.seconds, channel.row.zoned || peak === null ? [] : hits, offset);
  const width = peak?.width ?? (own === null ? 0 : OWN_CLOCK_WIDTH);
  const nearby = new RowsNear(channel.row.seconds);
  const gainOfOffsets = (offsets: Float64Array): number => gainAt({ hits, nearby, width }, offsets);
  const offsets = own !== null && gainOfOffsets(own) > gainOfOffsets(periods) ? own : periods;
  return { ...channel, peak, offsets, firstDelays: delaysNear(hits, offsets, width) };
}

function gainAt(
  { hits, nearby, width }: { readonly hits: readonly RowHits[]; readonly nearby: RowsNear; readonly width: number },
  offsets: Float64Array,
): number {
  if (width === 0) return 0;
  const reach = Math.max(2 * width, OWN_CLOCK_WIDTH);
  return gainOf(hits, nearby, { from: (row) => (offsets[row] ?? 0) - reach / 2, width: reach }).gain;
}

/** The likeliest difference of each row, its offset taken off, where it lies near. */
function delaysNear(hits: readonly RowHits[], offsets: Float64Array, width: number): Samples {
  const differences: number[] = [];
  const weights: number[] = [];
  if (width === 0) return { differences, weights };
  for (const row of hits) {
    const offset = offsets[row.row] ?? 0;
    let best = 0;
    let delay = 0;
    for (let at = 0; at < row.differences.length; at++) {
      const difference = row.differences[at] ?? 0;
      const share = row.shares[at] ?? 0;
      if (share <= best || !(Math.abs(difference - offset) <= 2 * width)) continue;
      best = share;
      delay = difference - offset;
    }
    if (best === 0) continue;
    differences.push(delay);
    weights.push(best);
  }
  return { differences, weights };
}

type Channel = Omit<ClockChannel, 'peak' | 'offsets' | 'firstDelays' | 'isTorn'>;

function listChannels(records: Records): Channel[] {
  const { createdAt, startedAt, heartbeatAt, endedAt, inside } = records.run.times;
  const { schema } = records;
  const first = [schema.createdAt, schema.identity.started_at];
  const rank = (field: TimeField): number => (first.includes(field.name) ? first.indexOf(field.name) : 2);
  const fields = records.row.times.filter((field) => field.filled >= LEAST_FILLED * records.rows.length);
  return fields
    .toSorted((a, b) => rank(a) - rank(b) || b.filled - a.filled || (a.name < b.name ? -1 : 1))
    .flatMap((row) => {
      const quantum = (seconds: Float64Array): number => Math.max(row.quantum, quantumOf(seconds));
      return [
        { row, runWords: 'starts', runSeconds: createdAt, otherSeconds: startedAt, quantum: row.quantum },
        { row, runWords: 'ends', runSeconds: heartbeatAt, otherSeconds: endedAt, quantum: row.quantum },
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

interface PeakSearch extends ClockSearch {
  readonly channel: Channel;
}

function peakOf(records: Records, search: PeakSearch): ClockPeak | null {
  return findClockPeakOrNull(scanInput(records, search));
}

function scanInput(records: Records, { channel, rows, labels, weigh }: PeakSearch): ScanInput {
  return {
    rowSeconds: channel.row.seconds,
    runSeconds: [channel.runSeconds, ...(channel.otherSeconds === null ? [] : [channel.otherSeconds])],
    rows,
    labels,
    weigh,
    quantum: channel.quantum,
    isZoned: channel.row.zoned && !channel.runWords.startsWith('is stamped'),
    freeRuns: records.freeRuns,
  };
}
