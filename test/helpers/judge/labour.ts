import type { Dice } from './dice.ts';
import type { Course, Job, Scalar } from './job.ts';
import { DAY_MS, HOUR } from './times.ts';

export type Settings = Readonly<Record<string, Scalar>>;

/** Every combination of the values. */
export function gridOf(axes: Readonly<Record<string, readonly Scalar[]>>): Settings[] {
  return Object.entries(axes).reduce<Settings[]>(
    (all, [name, values]) => all.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value }))),
    [{}],
  );
}

export interface BurstStyle {
  readonly from: number;
  readonly count: number;
  /** Launches in one go. */
  readonly size: readonly [number, number];
  /** Seconds between two launches of one go, and hours between two goes. */
  readonly step: readonly [number, number];
  readonly pause: readonly [number, number];
}

/** Loops and arrays: many launches within seconds, then nothing for hours. */
export function burstsOf(dice: Dice, { from, count, size, step, pause }: BurstStyle): number[] {
  const times: number[] = [];
  let now = from;
  while (times.length < count) {
    for (let left = dice.whole(...size); left > 0 && times.length < count; left -= 1) {
      times.push(now);
      now += dice.between(...step) * 1000;
    }
    now += dice.between(...pause) * HOUR;
  }
  return times;
}

/** Launches by hand, on weekdays from nine to seven. */
export function officeTimes(
  dice: Dice,
  { from, days, count }: { readonly from: number; readonly days: number; readonly count: number },
): number[] {
  const times: number[] = [];
  while (times.length < count) {
    const day = from + dice.whole(0, days - 1) * DAY_MS;
    const weekday = new Date(day).getUTCDay();
    if (weekday > 0 && weekday < 6) times.push(day + dice.between(9, 19) * HOUR);
  }
  return times.sort((a, b) => a - b);
}

/** One device works through a list: each starts when the last has ended. */
export function chainOf(from: number, seconds: readonly number[], pause: number): number[] {
  let now = from;
  return seconds.map((length) => {
    const start = now;
    now += (length + pause) * 1000;
    return start;
  });
}

/** @param slack how far the best and the mean lie from the last; negative where less is better */
export function courseOf(dice: Dice, last: number, slack: number): Course {
  return {
    last,
    best: last + Math.abs(dice.normal(0, Math.abs(slack))) * Math.sign(slack),
    mean: last - Math.abs(dice.normal(0, Math.abs(slack))) * Math.sign(slack) * 3,
  };
}

/** Most finish; some fail early or late. */
export function stateOf(dice: Dice, shareFailed: number): string {
  return dice.chance(shareFailed) ? dice.pick(['failed', 'crashed', 'killed']) : 'finished';
}

export interface Split {
  readonly registered: readonly Job[];
  readonly present: readonly Job[];
  readonly gone: readonly Job[];
}

/** Some jobs were never registered, of some the run is gone. */
export function splitJobs(
  dice: Dice,
  jobs: readonly Job[],
  { noRow = 0, noRun = 0 }: { readonly noRow?: number; readonly noRun?: number },
): Split {
  const fates = jobs.map((job) => ({ job, fate: dice.unit() }));
  const withRow = fates.filter(({ fate }) => fate >= noRow);
  const gone = new Set(withRow.filter(() => dice.chance(noRun)).map(({ job }) => job));
  return {
    registered: withRow.map(({ job }) => job),
    present: jobs.filter((job) => !gone.has(job)),
    gone: [...gone],
  };
}

/** `0.001` → `1e-3`, as people write it in names. */
export function powerOf(value: Scalar): string {
  const text = Number(value).toExponential();
  return text.replace('e+0', '').replace('e+', 'e');
}

export function byStart(jobs: readonly Job[]): Job[] {
  return jobs.toSorted((a, b) => a.launchedAt - b.launchedAt);
}
