/** `_12-59-30`, ` 12:59:30`, `_1259`, `-125930`, `T12h59`: what stands right behind a day. */
const CLOCK = /^(?:[\s_T,-]{1,2}|, )([01]\d|2[0-3]|\d(?=:))([-:_.h]?)([0-5]\d)(?:(?:\2|(?<=h\d\d)m)([0-5]\d))?(?!\d)/;
const SHARE = 0.8;
/** Numbers that count, seeds and years stand behind days as well; they are spread over no day. */
const LEAST_SPREAD = { hours: 4, minutes: 8 } as const;

/** A time of day as a cell writes it. */
interface Clock {
  readonly hour: number;
  readonly minute: number;
  /** Null where it tells the minute only. */
  readonly second: number | null;
  /** Whether it is written as hardly anything but a time of day is. */
  readonly isPlain: boolean;
}

/** Times of day of a column, in the order of its cells. */
export interface Clocks {
  /** Seconds since midnight; NaN where a cell has none. */
  readonly seconds: readonly number[];
  /** 1, or 60 where they tell the minute only. */
  readonly quantum: number;
  /** Whether they are written as hardly anything but times of day are: a month by name before them is one. */
  readonly arePlain: boolean;
  /** Whether they tell the second and are spread over the day: any numbers of a day and a month before them are such. */
  readonly areSure: boolean;
}

/**
 * The times of day that stand behind the days of a column.
 *
 * @param rests what follows the day of each cell; null where it has no day
 * @returns null where fewer than four fifths of the days have one, or where they may be other numbers
 */
export function readClocksOrNull(rests: readonly (string | null)[]): Clocks | null {
  const clocks = rests.map((rest) => (rest === null ? null : clockOrNull(rest)));
  const found = clocks.filter((clock) => clock !== null);
  if (found.length < Math.max(1, SHARE * rests.filter((rest) => rest !== null).length)) return null;
  const arePlain = found.every(({ isPlain }) => isPlain);
  const isSpread = areSpread(found);
  if (!arePlain && !isSpread) return null;
  return {
    seconds: clocks.map((clock) => (clock === null ? Number.NaN : secondsOf(clock))),
    quantum: found.every(({ second }) => (second ?? 0) === 0) ? 60 : 1,
    arePlain,
    areSure: isSpread && found.every(({ second }) => second !== null),
  };
}

/** Of several readings of a day, the first with a plain time of day behind it, else with any, else the first. */
export function bestBeforeClock<Day extends { readonly rest: string }>(readings: readonly Day[]): Day | null {
  const rankOf = ({ rest }: Day): number => {
    const clock = clockOrNull(rest);
    return clock === null ? 0 : clock.isPlain ? 2 : 1;
  };
  return readings.toSorted((a, b) => rankOf(b) - rankOf(a))[0] ?? null;
}

function clockOrNull(rest: string): Clock | null {
  const [, hour, separator, minute, second] = CLOCK.exec(rest) ?? [];
  if (hour === undefined) return null;
  const isPlain = separator === ':' || (separator !== '' && second !== undefined);
  return { hour: Number(hour), minute: Number(minute), second: second === undefined ? null : Number(second), isPlain };
}

function secondsOf({ hour, minute, second }: Clock): number {
  return (60 * hour + minute) * 60 + (second ?? 0);
}

function areSpread(clocks: readonly Clock[]): boolean {
  const hours = new Set(clocks.map(({ hour }) => hour));
  const minutes = new Set(clocks.map(({ minute }) => minute));
  return hours.size >= LEAST_SPREAD.hours && minutes.size >= LEAST_SPREAD.minutes;
}
