import type { Cell } from '../../../../src/model/cell.ts';
import type { Run } from '../../../../src/model/run.ts';
import type { Column } from '../columns.ts';
import type { Dice } from '../dice.ts';
import type { Course, Job, Launch } from '../job.ts';
import { DAY_MS } from '../times.ts';
import type { Zone } from '../times.ts';

/** Log likelihood of what never happens but by a slip. */
export const NEVER = Math.log(1e-10);

export interface Telling {
  readonly type?: string;
  readonly say: (job: Job, dice: Dice, no: number) => Cell;
  /** Log likelihood of the cell if the row were another job's; an empty cell says nothing. */
  readonly fit: (cell: Cell, other: Job) => number;
}

/** A column of a lab's own making. */
export function told(name: string, { type = 'TEXT', say, fit }: Telling): Column {
  return {
    name,
    type,
    write: (job, dice, no) => {
      const cell = say(job, dice, no);
      const known = new Map<string, number>();
      return {
        cell,
        fit: (other) => {
          if (cell === null) return 0;
          if (!known.has(other.runId)) known.set(other.runId, fit(cell, other));
          return known.get(other.runId)!;
        },
      };
    },
  };
}

/** What a run shows word for word, or doesn't show at all. */
export function same(name: string, of: (job: Job) => Cell, shown: (job: Job) => Cell = of): Column {
  return told(name, {
    say: of,
    fit: (cell, other) => {
      const there = shown(other);
      return there === null ? Math.log(0.1) : there === cell ? 0 : NEVER;
    },
  });
}

/** Writers who share a column, each in a hand of his own. */
export function hands(name: string, columns: readonly Column[], whose: (job: Job, no: number) => number): Column {
  return {
    name,
    type: columns[0]!.type,
    write: (job, dice, no) => columns[whose(job, no)]!.write(job, dice, no),
  };
}

export interface FigureStyle {
  readonly type?: string;
  /** From the run's unit to the registry's. */
  readonly of?: (value: number) => number;
  readonly spell: (value: number) => Cell;
  /** How likely a value of that size is written just so by chance: 0.001 where a thousand are possible. */
  readonly grain?: number;
  /** Deviation between what was noted and what the run shows, in the registry's unit; 0 where they are the same. */
  readonly noise?: number;
  readonly keeps?: keyof Course;
  /** Written where the job measured nothing. */
  readonly blank?: Cell;
}

/** A metric in another unit, another scale, or with so many significant digits. */
export function figure(name: string, metric: string, style: FigureStyle): Column {
  const { of = (value: number) => value, spell, grain = 0.01, noise = 0, keeps = 'last', blank = null } = style;
  return {
    name,
    type: style.type ?? 'REAL',
    write: ({ scores }, dice) => {
      const course = scores[metric];
      if (course === undefined) {
        return {
          cell: blank,
          blank: true,
          fit: ({ seenScores }) => (blank === null || !(metric in seenScores) ? 0 : NEVER),
        };
      }
      const noted = keeps === 'last' ? dice.normal(of(course.last), noise) : of(course[keeps]);
      const cell = spell(noted);
      const fit = ({ seenScores }: Job): number => {
        const shown = seenScores[metric];
        if (shown === undefined) return Math.log(grain);
        if (noise === 0) return spell(of(shown)) === cell ? 0 : NEVER;
        return Math.max(NEVER, Math.log(0.5) - ((of(shown) - noted) / noise) ** 2 / 2);
      };
      return { cell, fit };
    },
  };
}

export const significant =
  (digits: number) =>
  (value: number): number =>
    Number(value.toPrecision(digits));

export const fixed =
  (digits: number) =>
  (value: number): number =>
    Number(value.toFixed(digits));

/** The day on the writer's calendar, in the writer's spelling; runs show their start or nothing. */
export function calendarDay(
  name: string,
  { zone, spell, type = 'TEXT' }: { readonly zone: Zone; readonly spell: (date: Date) => Cell; readonly type?: string },
): Column {
  const faceOf = (ms: number): Cell => spell(new Date(ms + zone(ms) * 60_000));
  return told(name, {
    type,
    say: ({ launchedAt }) => faceOf(launchedAt),
    fit: (cell, { seenStart }) => {
      if (seenStart === null) return Math.log(1 / 60);
      return faceOf(seenStart) === cell || faceOf(seenStart - 120_000) === cell ? 0 : NEVER;
    },
  });
}

export function launch(parts: Partial<Launch> & Pick<Launch, 'settings' | 'launchedAt'>): Launch {
  return { wait: 4, seconds: 3000, scores: {}, host: 'node', state: 'finished', ...parts };
}

/** Everything of the settings shows, be it in the name alone. */
export function open(jobs: readonly Job[]): Job[] {
  return jobs.map((job) => ({ ...job, seen: job.settings }));
}

export function withRun(job: Job, changes: Partial<Run>): Job {
  return { ...job, run: { ...job.run, ...changes } };
}

/** Whether both lie on one day of the calendar, counted from a moment. */
export function dayNo(ms: number, from: number): number {
  return Math.floor((ms - from) / DAY_MS);
}
