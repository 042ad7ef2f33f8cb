import type { Cell } from '../../../../src/model/cell.ts';
import type { Column } from '../columns.ts';
import type { Dice } from '../dice.ts';
import { fateOf, levelOf, scoresOf } from '../fourth/kit.ts';
import type { Course, Job, Launch, Scalar } from '../job.ts';
import { courseOf } from '../labour.ts';
import type { Settings } from '../labour.ts';
import { DAY_MS, UTC } from '../times.ts';
import type { TimeStyle, Zone } from '../times.ts';
import type { Lab, LabRecipe } from '../world.ts';

export interface Level {
  readonly from: number;
  readonly to: number;
  /** Deviation between two jobs of one configuration. */
  readonly spread: number;
  readonly slack?: number;
}

/** As good as the configuration lets it be, and a bit of luck. */
export function around(dice: Dice, settings: Settings, { from, to, spread, slack = 0 }: Level): Course {
  return courseOf(dice, from + (to - from) * levelOf(settings) + dice.normal(0, spread), slack);
}

export interface Plan {
  readonly settings: Settings;
  readonly at: number;
  readonly wait: number;
  readonly seconds: number;
  readonly failed: number;
  readonly host?: string;
  readonly scores: Readonly<Record<string, Course>>;
}

export function launchOf(dice: Dice, plan: Plan): Launch {
  const fate = fateOf(dice, plan.seconds, plan.failed);
  return {
    settings: plan.settings,
    launchedAt: plan.at,
    wait: plan.wait,
    seconds: fate.seconds,
    scores: scoresOf(fate, plan.scores),
    host: plan.host ?? 'node',
    state: fate.state,
  };
}

const NEVER = Math.log(1e-5) * 2;

/** A metric turned into something else before it was rounded: exp, -log10, half-even. */
export function derived(name: string, metric: string, turn: (value: number) => Cell): Column {
  return {
    name,
    type: 'REAL',
    write: ({ scores }) => {
      const course = scores[metric];
      if (course === undefined) return { cell: null, fit: () => 0 };
      const cell = turn(course.last);
      return {
        cell,
        fit: ({ seenScores }) => {
          const shown = seenScores[metric];
          return shown === undefined ? Math.log(0.01) : turn(shown) === cell ? 0 : NEVER;
        },
      };
    },
  };
}

/** One column that was written in one way first and in another later. */
export function eras(isOld: (job: Job) => boolean, old: Column, later: Column): Column {
  return { ...later, write: (job, dice, no) => (isOld(job) ? old : later).write(job, dice, no) };
}

export interface StampStyle {
  readonly style: TimeStyle;
  readonly zone?: Zone;
  /** The moment that is written, and what of the run it goes with. */
  readonly moment: (job: Job, dice: Dice) => number;
  readonly of?: 'start' | 'end';
  /** Milliseconds that the writer's clock is ahead; the oracle knows. */
  readonly wrong?: (job: Job) => number;
  /** Log density of the seconds from the run's start or end to the written moment. */
  readonly delay: (seconds: number) => number;
}

/** A moment of the row's own, so many seconds before or after the run's start or end. */
export function stamp(name: string, { style, zone = UTC, moment, of = 'start', wrong, delay }: StampStyle): Column {
  return {
    name,
    type: style.type,
    write: (job, dice) => {
      const instant = moment(job, dice);
      const face = instant + (wrong?.(job) ?? 0);
      return {
        cell: style.render(face + zone(face) * 60_000),
        fit: ({ seenStart, seenSeconds }) => {
          if (seenStart === null || (of === 'end' && seenSeconds === null)) return Math.log(1 / (30 * 86_400));
          const shown = of === 'start' ? seenStart : seenStart + (seenSeconds ?? 0) * 1000;
          return blurred(delay, (instant - shown) / 1000, style.quantum);
        },
      };
    },
  };
}

/** What a clock of minutes leaves of a delay: the written moment lies anywhere in its quantum. */
function blurred(delay: (seconds: number) => number, seconds: number, quantum: number): number {
  if (quantum <= 1) return delay(seconds);
  const steps = [-0.9, -0.7, -0.5, -0.3, -0.1, 0.1, 0.3, 0.5, 0.7, 0.9];
  const sum = steps.reduce((total, step) => total + Math.exp(delay(seconds + (step * quantum) / 2)), 0);
  return Math.log(sum / steps.length);
}

/** A day, some days before or after the run's own by known odds. */
export function dayColumn(
  name: string,
  style: TimeStyle,
  { lags, moment }: { readonly lags: Readonly<Record<number, number>>; readonly moment: (job: Job) => number },
): Column {
  const whole = (ms: number): number => Math.floor(ms / DAY_MS);
  return {
    name,
    type: style.type,
    write: (job) => {
      const written = moment(job);
      return {
        cell: style.render(written),
        fit: ({ seenStart }) =>
          Math.log(seenStart === null ? 1 / 90 : (lags[whole(seenStart) - whole(written)] ?? 1e-7)),
      };
    },
  };
}

/** What evidence a cell would hold stands in it for show only: nothing can be told from it. */
export function untold(isUntold: (job: Job) => boolean, column: Column, shown: (dice: Dice) => Cell): Column {
  return {
    ...column,
    write: (job, dice, no) =>
      isUntold(job) ? { cell: shown(dice), fit: () => 0, blank: true } : column.write(job, dice, no),
  };
}

/** Rounds to so many digits; it remembers, since each row looks at each run. */
export function digits(count: number): (value: Scalar) => number {
  const known = new Map<Scalar, number>();
  return (value) => {
    const found = known.get(value) ?? Number(Number(value).toPrecision(count));
    known.set(value, found);
    return found;
  };
}

/** `0.00031` → `3.1e-4`. */
export const short = (value: Scalar): string => digits(2)(value).toExponential().replace('e+0', '');

/** Round half to even, as Python and numpy do. */
export function halfEven(value: number, decimals: number): number {
  const scaled = value * 10 ** decimals;
  const floor = Math.floor(scaled);
  const isTie = Math.abs(scaled - floor - 0.5) < 1e-9;
  return (isTie ? floor + (floor % 2) : Math.round(scaled)) / 10 ** decimals;
}

/** RFC 9562, version 7: the first 48 bits are the epoch's milliseconds. */
export function uuid7(ms: Cell, dice: Dice): string {
  const head = Number(ms).toString(16).padStart(12, '0');
  return `${head.slice(0, 8)}-${head.slice(8)}-7${dice.hex(3)}-a${dice.hex(3)}-${dice.hex(12)}`;
}

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The first ten letters are the epoch's milliseconds. */
export function ulid(ms: Cell, dice: Dice): string {
  let left = Number(ms);
  let head = '';
  for (let at = 0; at < 10; at += 1) {
    head = CROCKFORD[left % 32]! + head;
    left = Math.floor(left / 32);
  }
  return head + Array.from({ length: 16 }, () => dice.pick([...CROCKFORD])).join('');
}

/** A letter lost, doubled, swapped or hit beside. */
export function typo(text: string, dice: Dice): string {
  const place = dice.whole(1, Math.max(1, text.length - 2));
  const [head, letter, rest] = [text.slice(0, place), text[place] ?? '', text.slice(place + 1)];
  return dice.pick([head + rest, head + letter + letter + rest, head + rest.slice(0, 1) + letter + rest.slice(1)]);
}

/** Our registry beside the project of others who work by the same recipe in the same weeks. */
export function rivals(recipe: LabRecipe): LabRecipe {
  return (dice): Lab => {
    const ours = recipe(dice);
    const theirs = recipe(dice);
    return { ...ours, present: theirs.present, gone: [...ours.present, ...ours.gone] };
  };
}
