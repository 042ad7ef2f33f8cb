import type { Cell } from '../../model/cell.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Run } from '../../model/run.ts';
import { parseTimeOrNull } from '../../model/time.ts';
import { flattenJson } from './flatten.ts';
import { isNotThere, NONE, normalizeText, parseNumber } from './values.ts';

/** A filler stands so often in a column at least, always written alike, beside so many different values: those of something measured. */
const LEAST_COUNT = 3;
const LEAST_OTHERS = { numbers: 12, times: 4 } as const;
/** It lies this many times as far from the others as these spread. */
const FAR = { numbers: 1, times: 5 } as const;
/** Of what stands in a column so much must be of one kind; times of zero do not look like times. */
const SHARE = { numbers: 0.8, times: 1 / 3 } as const;
/** One for what was not known, another for what failed. */
const MOST_FILLERS = 2;

/** What programs and people write for "not known", whatever the column … */
const FILLERS: ReadonlySet<number> = new Set([-1, -99, -999, -9999, 999, 9999, 99_999]);
/** … which holds words, but for so many cells at most. */
const AMONG_WORDS = 0.2;

/** More different words are no list to choose from. */
const MOST_CHOICES = 40;

/** Whether some run measured this very number. */
export type IsMeasured = (value: number) => boolean;

/**
 * The cells of a column without what only stands for "not known": words that say so, and −1, 9999 or the first second of
 * 1970 where the column itself shows that they are no values. Such a filler is its most frequent value and lies far
 * outside of where all others lie, which are many; a number that some run measured is none.
 */
export function blankFillers(cells: readonly Cell[], isMeasured: IsMeasured): readonly Cell[] {
  const counts = new Map<Cell, number>();
  for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  const isKept = mayChooseNone(counts);
  const blanks = new Set([...counts.keys()].filter((cell) => isBlank(cell) && !(isKept && isNone(cell))));
  for (const blank of blanks) counts.delete(blank);
  const mayHoldFillers = [...counts].some(([cell, count]) => count >= LEAST_COUNT || FILLERS.has(Number(cell)));
  for (const filler of mayHoldFillers ? findFillerCells(counts, isMeasured) : []) blanks.add(filler);
  const isWhole = blanks.size === 0 || (blanks.size === 1 && blanks.has(null));
  return isWhole ? cells : cells.map((cell) => (blanks.has(cell) ? null : cell));
}

function isBlank(cell: Cell): boolean {
  return cell === null || (typeof cell === 'string' && isNotThere(normalizeText(cell)));
}

function isNone(cell: Cell): boolean {
  return typeof cell === 'string' && normalizeText(cell) === NONE;
}

/** Whether a column holds a few words that repeat, of which `none` may be one; what it means beside them, the runs show. */
function mayChooseNone(counts: ReadonlyMap<Cell, number>): boolean {
  const words = [...counts].filter(([cell]) => typeof cell === 'string' && !isBlank(cell));
  const texts = words.filter(([cell]) => !Number.isFinite(readValue(cell).value));
  const told = texts.reduce((sum, [, count]) => sum + count, 0);
  return texts.length > 0 && texts.length <= MOST_CHOICES && texts.length === words.length && told > texts.length;
}

/** @param counts of each cell that holds something */
function findFillerCells(counts: ReadonlyMap<Cell, number>, isMeasured: IsMeasured): Set<Cell> {
  const read = [...counts].map(([cell, count]) => ({ cell, count, ...readValue(cell) }));
  const filled = sumOf(read);
  const isOfTimes = sumOf(read.filter(({ isTime }) => isTime)) >= SHARE.times * filled;
  const numbers = read.filter(({ value }) => Number.isFinite(value));
  if (!isOfTimes && sumOf(numbers) <= AMONG_WORDS * filled) {
    return new Set(numbers.filter(({ value }) => FILLERS.has(value)).map(({ cell }) => cell));
  }
  if (!isOfTimes && sumOf(numbers) < SHARE.numbers * filled) return new Set();
  const values = new Map<number, number>();
  for (const { value, count } of numbers) values.set(value, (values.get(value) ?? 0) + count);
  const ascending = [...values].toSorted(([a], [b]) => a - b);
  const fillers = findFillers(ascending, isOfTimes ? 'times' : 'numbers').filter(
    (value) => isOfTimes || !isMeasured(value),
  );
  return new Set(numbers.filter(({ value }) => fillers.includes(value)).map(({ cell }) => cell));
}

function sumOf(counted: readonly { readonly count: number }[]): number {
  return counted.reduce((sum, { count }) => sum + count, 0);
}

/** Times in seconds; NaN for what is neither a time nor a number. */
function readValue(cell: Cell): { readonly value: number; readonly isTime: boolean } {
  const time = parseTimeOrNull(cell);
  if (time !== null) return { value: time.ms / 1000, isTime: true };
  return { value: typeof cell === 'string' ? parseNumber(normalizeText(cell)) : Number(cell), isTime: false };
}

/** @param counts of each value, values ascending */
function findFillers(counts: readonly (readonly [number, number])[], kind: keyof typeof FAR): number[] {
  const fillers: number[] = [];
  let others = counts;
  while (fillers.length < MOST_FILLERS) {
    const found = [others.at(0), others.at(-1)].find((end) => end !== undefined && isFiller(end, others, kind));
    if (found === undefined) break;
    fillers.push(found[0]);
    others = others.filter((other) => other !== found);
  }
  return fillers;
}

function isFiller(
  end: readonly [number, number],
  counts: readonly (readonly [number, number])[],
  kind: keyof typeof FAR,
): boolean {
  const [value, count] = end;
  const inner = counts.slice(1, -1);
  const others = counts.filter((other) => other !== end);
  const [least = 0, most = 0] = [others.at(0)?.[0], others.at(-1)?.[0]];
  if (count < LEAST_COUNT || others.length < LEAST_OTHERS[kind]) return false;
  if (inner.some(([, often]) => often >= count)) return false;
  return Math.max(least - value, value - most) >= FAR[kind] * (most - least);
}

/** Asks the runs only where a column needs it, and reads them once. */
export function createIsMeasured(runs: readonly Run[]): IsMeasured {
  let measured: ReadonlySet<number> | null = null;
  return (value) => (measured ??= findMeasured(runs)).has(value);
}

/** Every number of the keys that hold as many different ones as something measured does. */
function findMeasured(runs: readonly Run[]): Set<number> {
  const numbersByKey = new Map<string, Set<number>>();
  const read = (json: JsonObject): void =>
    flattenJson(json, (path, scalar) => {
      if (typeof scalar !== 'number') return;
      let numbers = numbersByKey.get(path);
      if (numbers === undefined) numbersByKey.set(path, (numbers = new Set()));
      numbers.add(scalar);
    });
  for (const run of runs) {
    read(run.config);
    read(run.summary);
  }
  const measured = [...numbersByKey.values()].filter((numbers) => numbers.size > LEAST_OTHERS.numbers);
  return new Set(measured.flatMap((numbers) => [...numbers]));
}
