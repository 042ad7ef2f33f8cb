import { keyWords } from '../normalize/names.ts';

/** Seconds of one unit of a column, by words of its name. */
const SECONDS_BY_WORD: ReadonlyMap<string, number> = new Map([
  ...['s', 'sec', 'secs', 'second', 'seconds'].map((word): [string, number] => [word, 1]),
  ...['m', 'min', 'mins', 'minute', 'minutes'].map((word): [string, number] => [word, 60]),
  ...['h', 'hr', 'hrs', 'hour', 'hours'].map((word): [string, number] => [word, 3600]),
  ...['ms', 'msec', 'millis', 'milliseconds'].map((word): [string, number] => [word, 0.001]),
  ...['d', 'day', 'days'].map((word): [string, number] => [word, 86_400]),
]);
export const UNITS = [1, 60, 3600, 0.001] as const;
const HOUR = 3600;
/** Hours of all cards together. */
const HOURS_OF_CARDS = [2, 4, 8, 16].map((cards) => HOUR / cards);
/** Seconds of one unit of a column whose name says none. */
export const UNITS_PER_CARD = [...UNITS, 86_400, ...HOURS_OF_CARDS] as const;
/** A unit that the name says is believed unless the values lie this many times off. */
const NAMED_SLACK = 50;
/** Another unit than seconds must bring the medians so many times nearer to each other. */
const LEAST_NEARER = 8;

/** Seconds of one unit as a column's name says; null where it says none. */
export function unitOfNameOrNull(name: string): number | null {
  const units = keyWords(name).map((word) => SECONDS_BY_WORD.get(word));
  return units.find((unit) => unit !== undefined) ?? null;
}

/** Whether a column's name speaks of the unit: hours may be those of all cards together. */
export function isUnitOfName(unit: number, name: string): boolean {
  const named = unitOfNameOrNull(name);
  return unit === named || (named === HOUR && HOURS_OF_CARDS.includes(unit));
}

/** Shorter words mean other things as well, `min` the least and `h` the width of a layer, unless they end a name. */
const LEAST_PLAIN = 4;

/** The unit that a name says so plainly that only data may contradict: `train_hours`, `minutes`, `elapsed_s`, `time_min`. */
export function plainUnitOrNull(name: string): number | null {
  const words = keyWords(name);
  const last = words.length > 1 ? words.at(-1) : undefined;
  const plain = words.filter((word) => word.length >= LEAST_PLAIN || word === last);
  return plain.map((word) => SECONDS_BY_WORD.get(word)).find((unit) => unit !== undefined) ?? null;
}

/** What people say beside the unit: whose time it was, and that it is one at all. */
const WHOSE =
  /^(?:gpus?|cpus?|tpus?|cards?|devices?|nodes?|total|run|running|job|train|training|compute|used|spent|in)$/;
const OF_TIME = /^(?:wall|walltime|wallclock|clock|runtime|elapsed|took|taken|time|duration|dur|dauer|laufzeit)$/;
/** `min` is the least as well, and single letters stand for anything. */
const LEAST_CLEAR = 3;

/**
 * Whether a name says that it is a length of time, of the whole run, and nothing else: `gpu_hours`, `minutes`,
 * `runtime_min`, `elapsed_s`; but not `total_m`, `train_min` or `eval_time_s`.
 */
export function isNamedAfterTime(name: string): boolean {
  const words = keyWords(name);
  const units = words.filter((word) => SECONDS_BY_WORD.has(word));
  const others = words.filter((word) => !SECONDS_BY_WORD.has(word));
  const isClear = units.some((word) => word.length >= LEAST_CLEAR && word !== 'min');
  return (
    units.length === 1 &&
    others.every((word) => WHOSE.test(word) || OF_TIME.test(word)) &&
    (isClear || others.some((word) => OF_TIME.test(word)))
  );
}

/**
 * Seconds of one unit of a column of durations: as its name says, else as the runs' own lengths do.
 *
 * @param median of the column's values, and of the runs' lengths in seconds
 */
export function findSecondsPerUnit(name: string, median: { readonly rows: number; readonly runs: number }): number {
  const offBy = (unit: number): number => Math.abs(Math.log((median.rows * unit) / median.runs));
  const plain = plainUnitOrNull(name);
  if (plain !== null) return plain;
  const named = unitOfNameOrNull(name);
  if (!(median.rows > 0) || !(median.runs > 0)) return named ?? 1;
  if (named !== null && offBy(named) < Math.log(NAMED_SLACK)) return named;
  const nearest = UNITS.toSorted((a, b) => offBy(a) - offBy(b))[0] ?? 1;
  return offBy(1) - offBy(nearest) > Math.log(LEAST_NEARER) ? nearest : 1;
}

/** Factors by which people write a measured value: percentages, thousandths. */
const FACTORS = [100, 0.01, 1000, 0.001] as const;
/** The medians must meet this well. */
const FACTOR_SLACK = 2;

/** What to multiply run values by so that they lie where the row values lie; 1 where nothing better is found. */
export function findFactor(median: { readonly rows: number; readonly runs: number }): number {
  const ratio = Math.abs(median.rows / median.runs);
  if (!Number.isFinite(ratio) || ratio === 0 || Math.abs(Math.log(ratio)) < Math.log(10)) return 1;
  return FACTORS.find((factor) => Math.abs(Math.log(ratio / factor)) < Math.log(FACTOR_SLACK)) ?? 1;
}

/** NaN of nothing. */
export function medianOf(values: Float64Array): number {
  const there = values.filter((value) => Number.isFinite(value)).sort();
  return there[there.length >> 1] ?? Number.NaN;
}
