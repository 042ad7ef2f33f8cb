import { UTC_ALWAYS } from '../../model/clock.ts';
import type { ClockPeriod, RegistryClock } from '../../model/clock.ts';
import type { SurePair } from '../pairing/refine.ts';
import type { ClockChannel } from './channels.ts';
import { buildClockPeriods, commonZone } from './periods.ts';
import type { ZoneWitness } from './periods.ts';
import type { ClockPeak } from './scan.ts';
import type { Records } from '../normalize/records.ts';
import type { TimeField } from '../normalize/times.ts';

const QUARTER = 900;
/** Seconds; a column of days or hours fits many zones. */
const COARSE = 3600;
/** More changes than a traveller makes, and than one for so many sure links, are clocks that disagree. */
const MOST_PERIODS = 8;
const LEAST_WITNESSES = 20;

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
  const witnesses: ZoneWitness[] = [];
  const momentOf = momentsOf(field, records, channels);
  for (const { row, run } of sure) {
    const own = field.seconds[row] ?? Number.NaN;
    const moment = momentOf(run);
    if (!Number.isNaN(own - moment)) witnesses.push({ start: moment, zoneMinutes: zoneOf(own - moment) });
  }
  if (witnesses.length === 0) return clockOfPeak(field.name, channels[0]?.peak ?? null);
  const periods = buildClockPeriods(witnesses);
  if (periods.length > Math.max(MOST_PERIODS, witnesses.length / LEAST_WITNESSES)) {
    const usual = commonZone(witnesses);
    const words = `${field.name} is mostly ${describeZone(usual)}: its clocks differ from machine to machine`;
    return { periods: [{ from: null, zoneMinutes: usual }], words };
  }
  return { periods, words: `${field.name} is ${describePeriods(periods)}, by ${witnesses.length} sure links` };
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
