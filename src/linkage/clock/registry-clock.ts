import { UTC_ALWAYS, zoneMinutesAt } from '../../model/clock.ts';
import type { ClockPeriod, RegistryClock } from '../../model/clock.ts';
import type { SurePair } from '../pairing/refine.ts';
import type { ClockChannel } from './channels.ts';
import { upperBound } from '../sorted.ts';
import { buildClockPeriods, commonZone } from './periods.ts';
import type { ZoneWitness } from './periods.ts';
import { QUARTER } from './row-offsets.ts';
import type { ClockPeak } from './scan.ts';
import type { Records } from '../normalize/records.ts';
import type { TimeField } from '../normalize/times.ts';

/** Seconds; a column of days or hours fits many zones. */
const COARSE = 3600;
/** Where fewer links than this share lie in the zone of their time, each machine has a clock of its own … */
const LEAST_FITTING = 0.75;
/** … if at least so many lie at one place in the quarter of an hour, give or take seconds: else they tell no clock. */
const LEAST_CROWDED = 0.5;
const CROWD = 60;
/** A traveller's clock has fewer offsets. */
const MOST_ZONES = 8;

/** What tells the registry's clock. */
export interface ClockWitnesses {
  /** The times that were compared, the one that most rows have first. */
  readonly channels: readonly ClockChannel[];
  readonly sure: readonly SurePair[];
}

/** The registry's naive clock against UTC, by what the sure links say, period by period. */
export function readRegistryClock(records: Records, { channels, sure }: ClockWitnesses): RegistryClock {
  const field = records.row.times.find((time) => time.name === records.schema.createdAt) ?? channels[0]?.row;
  if (field === undefined) return { periods: UTC_ALWAYS, words: 'the registry has no times' };
  if (field.zoned) return { periods: UTC_ALWAYS, words: `${field.name} names its zone` };
  if (field.quantum >= COARSE) return { periods: UTC_ALWAYS, words: `${field.name} is too coarse to tell its zone` };
  const leads: number[] = [];
  const witnesses: ZoneWitness[] = [];
  const momentOf = momentsOf(field, records, channels);
  for (const { row, run } of sure) {
    const lead = (field.seconds[row] ?? Number.NaN) - momentOf(run);
    if (Number.isNaN(lead)) continue;
    leads.push(lead);
    witnesses.push({ start: momentOf(run), zoneMinutes: zoneOf(lead) });
  }
  if (witnesses.length === 0) return clockOfPeak(field.name, channels[0]?.peak ?? null);
  const periods = buildClockPeriods(witnesses);
  const fitting = witnesses.filter(({ start, zoneMinutes }) => zoneMinutesAt(periods, start * 1000) === zoneMinutes);
  if (fitting.length >= LEAST_FITTING * witnesses.length) {
    return { periods, words: `${field.name} is ${describePeriods(periods)}, by ${witnesses.length} sure links` };
  }
  if (crowdedShare(leads) < LEAST_CROWDED && !haveOwnClocks(field, channels)) {
    return { periods: UTC_ALWAYS, words: `${field.name} is taken as UTC: it lies apart from the runs by no zone` };
  }
  const usual = commonZone(witnesses);
  const words = `${field.name} is mostly ${describeZone(usual)}: its clocks differ from machine to machine`;
  return { periods: [{ from: null, zoneMinutes: usual }], words };
}

/** The most that lie together at one place in the quarter of an hour, as a share. */
function crowdedShare(leads: readonly number[]): number {
  const places = Float64Array.from(leads, (lead) => lead - QUARTER * Math.floor(lead / QUARTER)).sort();
  // once more behind the end: a crowd may lie on both sides of the full quarter
  const around = Float64Array.from([...places, ...places.map((place) => place + QUARTER)]);
  const most = places.reduce((best, place, at) => Math.max(best, upperBound(around, place + 2 * CROWD) - at), 0);
  return most / Math.max(1, places.length);
}

/** Whether the rows were found to have clocks of many machines. */
function haveOwnClocks(field: TimeField, channels: readonly ClockChannel[]): boolean {
  const offsets = channels.find(({ row }) => row.name === field.name)?.offsets ?? [];
  return new Set(offsets).size > MOST_ZONES;
}

/** The run's moment that the column tells: its start, or its end where the rows' times were seen to crowd there. */
function momentsOf(field: TimeField, { run }: Records, channels: readonly ClockChannel[]): (run: number) => number {
  const isOfEnd = channels.some(
    (channel) => channel.row.name === field.name && channel.runSeconds === run.times.heartbeatAt,
  );
  const [told, served] = isOfEnd
    ? [run.times.endedAt, run.times.heartbeatAt]
    : [run.times.startedAt, run.times.createdAt];
  return (at) => {
    const own = told[at] ?? Number.NaN;
    return Number.isNaN(own) ? (served[at] ?? Number.NaN) : own;
  };
}

/** Before any link is sure, the crowd of differences may tell. */
function clockOfPeak(column: string, peak: ClockPeak | null): RegistryClock {
  if (peak === null) return { periods: UTC_ALWAYS, words: `${column} is taken as UTC: nothing tells its zone` };
  const zoneMinutes = zoneOf(-peak.offset);
  return {
    periods: [{ from: null, zoneMinutes }],
    words: `${column} is ${describeZone(zoneMinutes)} by the crowd of differences`,
  };
}

/** Every zone once, in the order in which they first come. */
function describePeriods(periods: readonly ClockPeriod[]): string {
  const zones = [...new Set(periods.map(({ zoneMinutes }) => describeZone(zoneMinutes)))];
  const changes = periods.length - 1;
  return `${zones.join(' or ')}${changes === 0 ? '' : ` (${changes} ${changes === 1 ? 'change' : 'changes'})`}`;
}

/** Minutes, rounded to a quarter of an hour; never −0. */
function zoneOf(seconds: number): number {
  return Math.round(seconds / QUARTER) * 15 || 0;
}

function describeZone(zone: number): string {
  if (zone === 0) return 'in UTC';
  const size = Math.abs(zone);
  const text = size % 60 === 0 ? `${size / 60} h` : `${Math.floor(size / 60)} h ${size % 60} min`;
  return `${text} ${zone > 0 ? 'ahead of' : 'behind'} UTC`;
}
