import type { Cell } from '../../../src/model/cell.ts';
import type { Dice } from './dice.ts';
import type { Course, Job, Scalar } from './job.ts';
import { UTC, isoWithZone } from './times.ts';
import type { TimeStyle, Zone } from './times.ts';

/** A cell and how well it goes with any job's run: log likelihood, known to the generator, up to one constant a cell. */
export interface Written {
  readonly cell: Cell;
  readonly fit: (job: Job) => number;
  /** True where the cell only looks filled: -1, "n/a", the first second of 1970. */
  readonly blank?: boolean;
}

export interface Column {
  readonly name: string;
  readonly type: string;
  readonly write: (job: Job, dice: Dice, no: number) => Written;
}

const NO_SAY = (): number => 0;
/** Log likelihood of what hardly ever happens. */
const HARDLY = Math.log(1e-5);

/** Says nothing about the run: notes, owners, what is the same everywhere. */
export function filler(name: string, type: string, value: (job: Job, dice: Dice, no: number) => Cell): Column {
  return { name, type, write: (job, dice, no) => ({ cell: value(job, dice, no), fit: NO_SAY }) };
}

export interface SettingStyle {
  readonly type?: string;
  /** How the registry spells the value; cells that look alike say the same. */
  readonly spell?: (value: Scalar) => Cell;
  /** Share of cells that somebody typed wrong, with the wrong value. */
  readonly slip?: number;
  readonly slipTo?: (value: Scalar, dice: Dice) => Scalar;
  /** Share of the lab's jobs that have a given value, for runs that don't show theirs. */
  readonly common?: number;
}

export function setting(name: string, key: string, style: SettingStyle = {}): Column {
  const spell = style.spell ?? plain;
  const slip = style.slip ?? 0;
  return {
    name,
    type: style.type ?? 'TEXT',
    write: (job, dice) => {
      const own = job.settings[key];
      if (own === undefined) return { cell: null, fit: NO_SAY };
      const written = spell(slip > 0 && dice.chance(slip) ? (style.slipTo?.(own, dice) ?? own) : own);
      const fits = new Map<Scalar, boolean>();
      return {
        cell: written,
        fit: ({ seen }) => {
          const shown = seen[key];
          if (shown === undefined) return Math.log(style.common ?? 0.1);
          if (!fits.has(shown)) fits.set(shown, spell(shown) === written);
          return fits.get(shown) === true ? Math.log(1 - slip) : Math.max(HARDLY, Math.log(slip / 4));
        },
      };
    },
  };
}

function plain(value: Scalar): Cell {
  return typeof value === 'boolean' ? (value ? 1 : 0) : value;
}

export interface TimeColumnStyle {
  readonly style: TimeStyle;
  readonly zone?: Zone;
  /** Writes the zone behind the time. */
  readonly zoned?: boolean;
  /** Milliseconds that the writer's clock is ahead, known to who knows the lab. */
  readonly wrong?: (job: Job) => number;
  /** The moment that the column is about, and where in the run's own time it lies. */
  readonly of?: 'launch' | 'end';
  /** Log density of the seconds from the written moment to the run's start (or end). */
  readonly delay: (seconds: number) => number;
}

export function moment(
  name: string,
  { style, zone = UTC, zoned, wrong, of = 'launch', delay }: TimeColumnStyle,
): Column {
  const type = zoned === true ? 'TEXT' : style.type;
  return {
    name,
    type,
    write: (job) => {
      const instant = of === 'launch' ? job.launchedAt : job.launchedAt + (job.wait + job.seconds) * 1000 + 1500;
      const face = instant + (wrong?.(job) ?? 0);
      const cell = zoned === true ? isoWithZone(face, zone) : style.render(face + zone(face) * 60_000);
      return {
        cell,
        fit: ({ seenStart, seenSeconds }) => {
          if (seenStart === null || (of === 'end' && seenSeconds === null)) return Math.log(1 / (30 * 86_400));
          if (of === 'end') return delay(Math.abs(instant - seenStart - (seenSeconds ?? 0) * 1000) / 1000);
          const shown = seenStart;
          if (style.quantum <= 1) return delay((shown - instant) / 1000);
          if (style.quantum <= 60) return blurred(delay, (shown - instant) / 1000);
          const quantum = style.quantum * 1000;
          const from = Math.floor((instant + zone(instant) * 60_000) / quantum) * quantum - zone(instant) * 60_000;
          return shown >= from && shown < from + quantum + 60_000 ? -Math.log(style.quantum) : HARDLY * 2;
        },
      };
    },
  };
}

/** Between so many seconds, each as likely. */
export function evenDelay(from: number, to: number): (seconds: number) => number {
  return (seconds) => (seconds >= from - 2 && seconds <= to + 2 ? -Math.log(to - from + 4) : Math.log(1e-6 / 86_400));
}

/** What a minute's writing leaves of a delay. */
function blurred(delay: (seconds: number) => number, seconds: number): number {
  const moments = [-45, -30, -15, 0, 15, 30, 45];
  return Math.log(moments.reduce((sum, shift) => sum + Math.exp(delay(seconds + shift)), 0) / moments.length);
}

/** Most near the median, some much later. */
export function skewDelay(median: number, sigma: number): (seconds: number) => number {
  return (seconds) => {
    if (seconds <= 0) return Math.log(1e-6 / 86_400);
    const far = Math.log(seconds / median) / sigma;
    return Math.max(Math.log(1e-6 / 86_400), -Math.log(seconds * sigma * 2.5066) - (far * far) / 2);
  };
}

export interface MeasureStyle {
  readonly type?: string;
  /** Decimals that the registry keeps. */
  readonly digits: number;
  /** The registry's unit in the run's: 100 for percent, 1 / 60 for minutes. */
  readonly scale?: number;
  /** Deviation of what was noted from what the run shows, in the run's unit. */
  readonly noise?: number;
  readonly spell?: (value: number) => Cell;
}

interface Measurement {
  readonly cell: Cell;
  /** @param shown what a run shows, where it shows one */
  readonly fit: (shown: number | undefined) => number;
}

/** @param noted what the lab kept, in the run's unit */
function measured(noted: number, { digits, scale = 1, noise = 0, spell }: MeasureStyle): Measurement {
  const written = Number.isFinite(noted) ? Number((noted * scale).toFixed(digits)) : Number.NaN;
  const step = 10 ** -digits / scale;
  const fit = (shown: number | undefined): number => {
    // A run without the value: the row holds what any other may hold, a fifth of its size about.
    if (shown === undefined) return Math.log(Math.min(0.05, step / Math.abs(0.2 * noted)) || 0.05);
    if (Number.isNaN(written) || Number.isNaN(shown)) return Number.isNaN(written) && Number.isNaN(shown) ? 0 : HARDLY;
    const gap = Math.abs(shown - written / scale);
    if (noise === 0) return gap <= step * 0.501 ? 0 : HARDLY * 2;
    const spread = Math.hypot(noise, step * 0.29);
    return Math.max(HARDLY * 2, Math.log(Math.min(1, step / (spread * 2.5066))) - (gap / spread) ** 2 / 2);
  };
  return { cell: spell?.(written) ?? (Number.isNaN(written) ? null : written), fit };
}

export function lasted(name: string, style: MeasureStyle): Column {
  return {
    name,
    type: style.type ?? 'REAL',
    write: ({ seconds }, dice) => {
      const { cell, fit } = measured(Math.max(0, dice.normal(seconds, style.noise ?? 0)), style);
      return { cell, fit: ({ seenSeconds }) => fit(seenSeconds ?? undefined) };
    },
  };
}

export interface ScoreStyle extends MeasureStyle {
  readonly keeps?: keyof Course;
}

/** A metric as the registry keeps it; `noise` tells how far the best or the mean lies from the last value. */
export function score(name: string, metric: string, style: ScoreStyle): Column {
  return {
    name,
    type: style.type ?? 'REAL',
    write: ({ scores }, dice) => {
      const course = scores[metric];
      if (course === undefined) return { cell: null, fit: NO_SAY };
      const { keeps = 'last', noise = 0 } = style;
      const noted = keeps === 'last' ? dice.normal(course.last, noise) : course[keeps];
      const { cell, fit } = measured(noted, style);
      return { cell, fit: ({ seenScores }) => fit(seenScores[metric]) };
    },
  };
}

/** Several columns' evidence in one text, such as a name made of settings. */
export function joined(name: string, parts: readonly Column[], join: (cells: readonly string[]) => string): Column {
  return {
    name,
    type: 'TEXT',
    write: (job, dice, no) => {
      const written = parts.map((part) => part.write(job, dice, no));
      return {
        cell: join(written.map(({ cell }) => (cell === null ? '' : String(cell)))),
        fit: (other) => written.reduce((sum, { fit }) => sum + fit(other), 0),
      };
    },
  };
}

/** The column left empty in a share of the rows. */
export function sometimes(share: number, column: Column): Column {
  return {
    ...column,
    write: (job, dice, no) => (dice.chance(share) ? { cell: null, fit: NO_SAY } : column.write(job, dice, no)),
  };
}

/** A text of the row that stands word for word in the run. */
export function trace(name: string, of: (job: Job) => string | null): Column {
  return {
    name,
    type: 'TEXT',
    write: (job) => {
      const cell = of(job);
      return { cell, fit: cell === null ? NO_SAY : (other) => (of(other) === cell ? 0 : HARDLY * 2) };
    },
  };
}

/** The machine, which runs may show. */
export function machine(name: string, spell: (host: string) => string, isShown: boolean): Column {
  return {
    name,
    type: 'TEXT',
    write: ({ host }) => ({
      cell: spell(host),
      fit: isShown ? (other) => (other.host === host ? 0 : HARDLY) : NO_SAY,
    }),
  };
}
