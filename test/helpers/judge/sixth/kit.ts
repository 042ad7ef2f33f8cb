import type { Cell } from '../../../../src/model/cell.ts';
import type { Column, Written } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { around, launchOf } from '../fifth/kit.ts';
import type { Level } from '../fifth/kit.ts';
import type { Job, Launch } from '../job.ts';
import type { Settings } from '../labour.ts';
import { DAY_MS, HOUR, UTC } from '../times.ts';
import type { TimeStyle, Zone } from '../times.ts';
import type { Lab, LabRecipe } from '../world.ts';

type Span = readonly [number, number];

export interface Calendar {
  readonly count: number;
  readonly from: string;
  readonly days: number;
  /** Launches of one sitting, and the seconds between them. */
  readonly burst?: Span;
  readonly gap?: Span;
  readonly hours?: Span;
}

export function startsOf(
  dice: Dice,
  { count, from, days, burst = [1, 4], gap = [20, 900], hours = [7, 19] }: Calendar,
) {
  const starts: number[] = [];
  while (starts.length < count) {
    let next = Date.parse(from) + dice.whole(0, days - 1) * DAY_MS + Math.floor(dice.between(...hours) * HOUR);
    for (let left = dice.whole(...burst); left > 0 && starts.length < count; left -= 1) {
      starts.push(next);
      next += Math.floor(dice.logBetween(...gap) * 1000);
    }
  }
  return starts.sort((a, b) => a - b);
}

export interface Work {
  readonly starts: readonly number[];
  readonly settings: (at: number, no: number) => Settings;
  readonly seconds?: Span;
  readonly wait?: Span;
  readonly failed?: number;
  readonly hostOf?: (settings: Settings) => string;
  readonly metrics?: Readonly<Record<string, Level>>;
}

/** Settings that start with `_` and seeds don't decide how good a run gets. */
const decides = (name: string): boolean => !name.startsWith('_') && !name.includes('seed');

export function launches(dice: Dice, work: Work): Launch[] {
  return work.starts.map((start, no) => {
    const settings = work.settings(start, no);
    const deciding = Object.fromEntries(Object.entries(settings).filter(([name]) => decides(name)));
    return launchOf(dice, {
      settings,
      at: start,
      wait: dice.logBetween(...(work.wait ?? [3, 30])),
      seconds: dice.logBetween(...(work.seconds ?? [300, 20_000])),
      failed: work.failed ?? 0.1,
      host: work.hostOf?.(settings) ?? 'node',
      scores: Object.fromEntries(
        Object.entries(work.metrics ?? {}).map(([metric, level]) => [
          metric,
          around(dice, { ...deciding, metric }, level),
        ]),
      ),
    });
  });
}

export interface Books {
  readonly table: string;
  readonly jobs: readonly Job[];
  readonly columns: readonly Column[];
  /** Share of the rows whose run was deleted, and of the runs that nobody registered. */
  readonly deleted?: number;
  readonly unlisted?: number;
}

export function settle(dice: Dice, { table, jobs, columns, deleted = 0.15, unlisted = 0.2 }: Books): Lab {
  const listed = jobs.filter(() => !dice.chance(unlisted));
  const gone = new Set(listed.filter(() => dice.chance(deleted)));
  return {
    table,
    columns,
    registered: listed.toSorted((a, b) => a.launchedAt - b.launchedAt),
    present: jobs.filter((job) => !gone.has(job)),
    gone: [...gone],
  };
}

/** So many rows of a lab, beside the runs of all. */
export function few(recipe: LabRecipe, count: number): LabRecipe {
  return (dice) => {
    const lab = recipe(dice);
    const from = Math.floor(lab.registered.length / 3);
    return { ...lab, registered: lab.registered.slice(from, from + count) };
  };
}

/** Log likelihood of what hardly ever happens. */
export const HARDLY = Math.log(1e-5);

export interface Telling {
  readonly type?: string;
  /** How often the value is found anyway, for runs that don't show their settings. */
  readonly common?: number;
}

/** A cell made of settings in any way; runs that give the same cell fit. */
export function told(
  name: string,
  of: (settings: Settings) => Cell,
  { type = 'TEXT', common = 0.1 }: Telling = {},
): Column {
  const known = new WeakMap<Settings, Cell>();
  const cellOf = (settings: Settings): Cell => {
    if (!known.has(settings)) known.set(settings, of(settings));
    return known.get(settings) ?? null;
  };
  return {
    name,
    type,
    write: ({ settings }): Written => {
      const cell = cellOf(settings);
      return {
        cell,
        fit: ({ seen }) =>
          cell === null ? 0 : Object.keys(seen).length === 0 ? Math.log(common) : cellOf(seen) === cell ? 0 : HARDLY,
      };
    },
  };
}

export interface ClockStyle {
  readonly style: TimeStyle;
  readonly zone?: Zone;
  /** The moment of the run that it is about, as the run shows it. */
  readonly of: (job: Job) => number;
  /** Seconds from that moment to the written one, all as likely. */
  readonly lag: Span;
  /** Milliseconds that the writer's clock is ahead; the oracle knows. */
  readonly wrong?: (job: Job) => number;
}

export const startOf = (job: Job): number => job.seenStart ?? Number.NaN;
export const endOf = (job: Job): number => (job.seenStart ?? Number.NaN) + (job.seenSeconds ?? Number.NaN) * 1000;

/** A moment known to the quantum of its style. */
export function clock(name: string, { style, zone = UTC, of, lag, wrong }: ClockStyle): Column {
  const quantum = Math.max(style.quantum, 0.5) * 1000;
  return {
    name,
    type: style.type,
    write: (job, dice): Written => {
      const truth = { ...job, seenStart: job.launchedAt + job.wait * 1000, seenSeconds: job.seconds };
      const moment = of(truth) + dice.between(...lag) * 1000;
      const face = moment + zone(moment) * 60_000;
      const from = Math.floor(face / quantum) * quantum - zone(moment) * 60_000;
      return {
        cell: style.render(face + (wrong?.(job) ?? 0)),
        fit: (other) => {
          const shown = of(other);
          if (Number.isNaN(shown)) return Math.log(1 / (30 * 86_400));
          const isIn = shown >= from - lag[1] * 1000 - 1000 && shown <= from + quantum - lag[0] * 1000 + 1000;
          return isIn ? -Math.log(quantum / 1000 + lag[1] - lag[0]) : HARDLY * 2;
        },
      };
    },
  };
}

/** What is written tells nothing of the run, though it looks as if it did. */
export function mute(isMute: (job: Job) => boolean, column: Column): Column {
  return {
    ...column,
    write: (job, dice, no): Written => {
      const written = column.write(job, dice, no);
      return isMute(job) ? { cell: written.cell, fit: () => 0, blank: true } : written;
    },
  };
}

/** The launch of the whole batch that a run belongs to, at most so many seconds before it. */
export function begun(
  name: string,
  { key, longest, render }: { readonly key: string; readonly longest: number; readonly render: (job: Job) => Cell },
): Column {
  return {
    name,
    type: 'TEXT',
    write: (job): Written => ({
      cell: render(job),
      fit: (other) => {
        const after = (startOf(other) - Number(job.settings[key])) / 1000;
        return after > 0 && after < longest ? -Math.log(longest) : HARDLY * 2;
      },
    }),
  };
}

/** True for a share of the texts, always the same ones. */
export function isOneOf(text: string, share: number): boolean {
  let hash = 2_166_136_261;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 16_777_619) >>> 0;
  return (hash ^ (hash >>> 13)) % 1000 < share * 1000;
}

/** How long something took, as one would say it. */
export function spoken(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  return hours > 0 ? `${hours}h${minutes}m` : `${minutes}m${Math.floor(seconds % 60)}s`;
}

/** A duration in a text of its own; runs whose own text is the same fit. */
export function spelledDuration(
  name: string,
  { of, spell }: { readonly of: (job: Job) => number; readonly spell: (seconds: number) => Cell },
): Column {
  return {
    name,
    type: 'TEXT',
    write: (job): Written => {
      const cell = spell(of(job));
      const fits = (seconds: number): boolean => [0, -1, 1, -2, 2].some((shift) => spell(seconds + shift) === cell);
      return { cell, fit: (other) => (fits(of(other)) ? 0 : HARDLY * 2) };
    },
  };
}

const pad = (value: number, length = 2): string => String(value).padStart(length, '0');

/** `1-02:33:10`, as Slurm prints it. */
export function slurmDuration(seconds: number): string {
  const whole = Math.floor(seconds);
  const [days, rest] = [Math.floor(whole / 86_400), whole % 86_400];
  const time = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60].map((part) => pad(part)).join(':');
  return days > 0 ? `${days}-${time}` : time;
}

const date = (ms: number): Date => new Date(ms);
const dayAndTime = (ms: number): string => date(ms).toISOString().slice(11, 16);
const FRENCH_MONTHS = [
  'janv.',
  'févr.',
  'mars',
  'avr.',
  'mai',
  'juin',
  'juil.',
  'août',
  'sept.',
  'oct.',
  'nov.',
  'déc.',
];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** 3 févr. 2026 14:05 */
export const FRENCH: TimeStyle = {
  type: 'TEXT',
  quantum: 60,
  render: (ms) =>
    `${date(ms).getUTCDate()} ${FRENCH_MONTHS[date(ms).getUTCMonth()]} ${date(ms).getUTCFullYear()} ${dayAndTime(ms)}`,
};

/** Feb 03, 2026 */
export const MONTH_DAY: TimeStyle = {
  type: 'TEXT',
  quantum: 86_400,
  render: (ms) => `${MONTHS[date(ms).getUTCMonth()]} ${pad(date(ms).getUTCDate())}, ${date(ms).getUTCFullYear()}`,
};

/** Tue, 03 Feb 2026 14:05:22 +0100 */
export const mailDate = (zone: string): TimeStyle => ({
  type: 'TEXT',
  quantum: 1,
  render: (ms) =>
    `${DAYS[date(ms).getUTCDay()]}, ${pad(date(ms).getUTCDate())} ${MONTHS[date(ms).getUTCMonth()]} ${date(ms).getUTCFullYear()} ${date(ms).toISOString().slice(11, 19)} ${zone}`,
});

/** 14:05 03/02/26 */
export const TIME_FIRST: TimeStyle = {
  type: 'TEXT',
  quantum: 60,
  render: (ms) =>
    `${dayAndTime(ms)} ${pad(date(ms).getUTCDate())}/${pad(date(ms).getUTCMonth() + 1)}/${String(date(ms).getUTCFullYear()).slice(2)}`,
};
