import type { RegistryClock } from '../../model/linkage.ts';
import type { LearnedModel } from '../learn.ts';
import type { ClockPeak } from './scan.ts';
import type { Records } from '../normalize/records.ts';

const QUARTER = 900;
const SURE = 0.9;

/** The registry's naive clock against UTC: the zone in which most of the sure links lie, the latest where tied. */
export function readRegistryClock(records: Records, model: LearnedModel): RegistryClock {
  const field = records.row.times.find((time) => time.name === records.schema.createdAt) ?? model.channel?.row;
  if (field === undefined) return { zoneMinutes: 0, words: 'the registry has no times' };
  if (field.zoned) return { zoneMinutes: 0, words: `${field.name} names its zone` };
  const counts = new Map<number, { count: number; latest: number }>();
  let sure = 0;
  forEachSure(records, model, (row, run) => {
    const own = field.seconds[row] ?? Number.NaN;
    const start = records.run.times.startedAt[run] ?? Number.NaN;
    const seconds = Number.isNaN(start) ? (records.run.times.createdAt[run] ?? Number.NaN) : start;
    if (Number.isNaN(own - seconds)) return;
    sure++;
    const zone = zoneOf(own - seconds);
    const known = counts.get(zone);
    counts.set(zone, { count: (known?.count ?? 0) + 1, latest: Math.max(known?.latest ?? 0, own) });
  });
  const [best] = [...counts].toSorted(([, a], [, b]) => b.count - a.count || b.latest - a.latest);
  if (best === undefined) return clockOfPeak(field.name, model.channel?.peak ?? null);
  const [zone, { count }] = best;
  return {
    zoneMinutes: zone === 0 ? 0 : zone,
    words: `${field.name} is ${describeZone(zone)} on ${count} of ${sure} sure links`,
  };
}

/** Before any link is sure, the crowd of differences may tell. */
function clockOfPeak(column: string, peak: ClockPeak | null): RegistryClock {
  if (peak === null) return { zoneMinutes: 0, words: `${column} is taken as UTC: nothing tells its zone` };
  const zoneMinutes = zoneOf(-peak.offset);
  return { zoneMinutes, words: `${column} is ${describeZone(zoneMinutes)} by the crowd of differences` };
}

/** Minutes, rounded to a quarter of an hour; never −0. */
function zoneOf(seconds: number): number {
  return Math.round(seconds / QUARTER) * 15 || 0;
}

function forEachSure(records: Records, model: LearnedModel, visit: (row: number, run: number) => void): void {
  for (const { row, run } of records.labels) visit(row, run);
  for (const [edge, probability] of model.posterior.probabilities.entries()) {
    if (probability >= SURE) visit(model.candidates.rows[edge] ?? 0, model.candidates.runs[edge] ?? 0);
  }
}

function describeZone(zone: number): string {
  if (zone === 0) return 'in UTC';
  const size = Math.abs(zone);
  const text = size % 60 === 0 ? `${size / 60} h` : `${Math.floor(size / 60)} h ${size % 60} min`;
  return `${text} ${zone > 0 ? 'ahead of' : 'behind'} UTC`;
}
