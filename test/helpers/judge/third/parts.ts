import type { Cell } from '../../../../src/model/cell.ts';
import type { Column } from '../columns.ts';
import type { Dice } from '../dice.ts';
import type { Course, Job, Scalar } from '../job.ts';
import type { Split } from '../labour.ts';
import type { Zone } from '../times.ts';

/** A metric that is the same all along. */
export function steady(value: number): Course {
  return { last: value, best: value, mean: value };
}

/** Some jobs were never registered; which runs are gone depends on the job. */
export function splitBy(
  dice: Dice,
  jobs: readonly Job[],
  { noRow = 0, lost }: { readonly noRow?: number; readonly lost: (job: Job) => number },
): Split {
  const registered = jobs.filter(() => !dice.chance(noRow));
  const gone = new Set(jobs.filter((job) => dice.chance(lost(job))));
  return {
    registered,
    present: jobs.filter((job) => !gone.has(job)),
    gone: registered.filter((job) => gone.has(job)),
  };
}

export interface Lie {
  readonly type?: string;
  readonly spell?: (value: Scalar) => Cell;
  /** Share of cells that hold something else, which looks just like the rest. */
  readonly share: number;
  readonly lie: (dice: Dice) => Scalar;
  /** How likely a lie is just this cell. */
  readonly odds: (cell: Cell) => number;
}

/** A setting's column in which nobody can see which cells lie, so that no cell excludes a run. */
export function lying(name: string, key: string, { type = 'TEXT', spell = plain, share, lie, odds }: Lie): Column {
  return {
    name,
    type,
    write: ({ settings }, dice) => {
      const cell = spell(dice.chance(share) ? lie(dice) : settings[key]!);
      return {
        cell,
        fit: ({ seen }) => {
          const shown = seen[key];
          if (shown === undefined) return Math.log(0.2);
          return Math.log(Math.max(1e-6, (spell(shown) === cell ? 1 - share : 0) + share * odds(cell)));
        },
      };
    },
  };
}

const plain = (value: Scalar): Cell => (typeof value === 'boolean' ? Number(value) : value);

/** In a share of the rows the cell holds what everybody sees to be no answer. */
export function spoilt(share: number, column: Column, cell: (dice: Dice) => Cell): Column {
  return {
    ...column,
    write: (job, dice, no) =>
      dice.chance(share) ? { cell: cell(dice), blank: true, fit: () => 0 } : column.write(job, dice, no),
  };
}

/** The writer's calendar: year, month, day, hour, … as UTC fields of a date. */
export function faceOf(zone: Zone, ms: number): Date {
  return new Date(ms + zone(ms) * 60_000);
}

export function two(value: number): string {
  return String(value).padStart(2, '0');
}

/** 26 hours, 3 minutes and 4 seconds → `1-02:03:04`, as Slurm prints it. */
export function elapsedOf(seconds: number): string {
  const [days, rest] = [Math.floor(seconds / 86_400), Math.floor(seconds % 86_400)];
  const clock = [Math.floor(rest / 3600), Math.floor((rest % 3600) / 60), rest % 60].map(two).join(':');
  return days > 0 ? `${days}-${clock}` : clock;
}

/** Seconds of what `elapsedOf` wrote. */
export function secondsOf(text: string): number {
  const [clock = '', days = '0'] = text.split('-').toReversed();
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return Number(days) * 86_400 + hours * 3600 + minutes * 60 + seconds;
}

/** Log likelihood of a gap that is as likely anywhere between two bounds. */
export function within(gap: number, [from, to]: readonly [number, number]): number {
  return gap >= from && gap <= to ? -Math.log(Math.max(1, to - from)) : Math.log(1e-10);
}
