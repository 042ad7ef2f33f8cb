import type { Cell } from '../../model/cell.ts';
import { normalizeText } from './values.ts';

/** Lengths of time that a column writes as people say them, in seconds; NaN is missing. */
export interface SpokenDurations {
  readonly name: string;
  readonly seconds: Float64Array;
  readonly filled: number;
  /** True where some cell can be nothing else: `30m` may be thirty millions and `10:33` a time of the day. */
  readonly isPlain: boolean;
}

/** This share of a column must be lengths of time. */
const SHARE = 0.8;
const SECONDS_BY_UNIT: ReadonlyMap<string, number> = new Map([
  ...['d', 'day', 'days'].map((unit): [string, number] => [unit, 86_400]),
  ...['h', 'hr', 'hrs', 'hour', 'hours'].map((unit): [string, number] => [unit, 3600]),
  ...['m', 'min', 'mins', 'minute', 'minutes'].map((unit): [string, number] => [unit, 60]),
  ...['s', 'sec', 'secs', 'second', 'seconds'].map((unit): [string, number] => [unit, 1]),
]);
/** `1 day, 2:03:04`, `1-02:03:04` as schedulers write it, `1:07:23`, and `7:23` of minutes and seconds. */
const CLOCK = /^(?:(\d+)(?: days?,? |-))?(?:(\d+):)?(\d{1,2}):(\d{2}(?:\.\d+)?)$/;
const PIECE = /^[\s,]*(?:and\s)?(\d+(?:[.,]\d+)?)\s*([a-z]+)\.?/;
/** Two units or a whole word, and a clock with hours. */
const PLAIN = /\d\s*[a-z]+[\s,]*\d|\d\s*[a-z]{3}|:\d+:/;
/** The minutes behind the hours in `1h07`. */
const BARE_END = /^\s*(\d{1,2})$/;

/** `1h 07m`, `67 min`, `1d 2h`, `1h07`, `~2.5 hours`, `1:07:23` in seconds; null where the text is no length of time. */
export function parseSpokenSecondsOrNull(raw: string): number | null {
  const text = normalizeText(raw).replace(/^[~≈]\s*/, '');
  const clock = CLOCK.exec(text);
  if (clock !== null) {
    const [, days, hours, minutes, seconds] = clock;
    return (Number(days ?? 0) * 24 + Number(hours ?? 0)) * 3600 + Number(minutes) * 60 + Number(seconds);
  }
  let total = 0;
  let last = Infinity;
  let rest = text;
  while (rest !== '') {
    const piece = PIECE.exec(rest);
    if (piece === null) return last === 3600 && BARE_END.test(rest) ? total + 60 * Number(rest) : null;
    const unit = SECONDS_BY_UNIT.get(piece[2] ?? '') ?? Infinity;
    if (unit >= last) return null; // from days down to seconds, each once
    total += Number(piece[1]?.replace(',', '.')) * unit;
    last = unit;
    rest = rest.slice(piece[0].length);
  }
  return last === Infinity ? null : total;
}

/** Null where fewer than four fifths of the cells are a length of time in words. */
export function readSpokenDurationsOrNull(name: string, cells: readonly Cell[]): SpokenDurations | null {
  const seconds = new Float64Array(cells.length).fill(Number.NaN);
  let there = 0;
  let filled = 0;
  for (const [at, cell] of cells.entries()) {
    if (cell === null || cell === '') continue;
    if (++there > 40 && filled === 0) return null;
    const found = typeof cell === 'string' ? parseSpokenSecondsOrNull(cell) : null;
    if (found === null) continue;
    seconds[at] = found;
    filled++;
  }
  if (filled === 0 || filled < SHARE * there) return null;
  return { name, seconds, filled, isPlain: cells.some((cell) => typeof cell === 'string' && PLAIN.test(cell)) };
}
